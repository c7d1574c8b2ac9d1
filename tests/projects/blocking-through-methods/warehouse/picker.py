from warehouse.base import Robot, Silent


class Picker(Robot):
    async def pick(self, shelf):
        self.move(shelf)  # expect: blocking-reachable-from-async
        return await self.confirm(shelf)

    async def confirm(self, shelf):
        return shelf

    async def where(self):
        return super().position()  # expect: blocking-reachable-from-async


class QuietPicker(Picker):
    def move(self, shelf):
        return shelf

    async def pick(self, shelf):
        return self.move(shelf)


class Team:
    def __init__(self, picker: Picker):
        self.picker = picker
        self.helper = Silent()
        self.robot = Robot()

    async def work(self, shelf):
        self.helper.move(shelf)
        self.picker.move(shelf)  # expect: blocking-reachable-from-async
        await self.picker.pick(shelf)
        return self.robot.store.get("shelf")  # expect: blocking-call-in-async
