from warehouse.base import Robot
from warehouse.picker import QuietPicker, Team


async def run(team: Team, unknown, shelf):
    unknown.move(shelf)
    team.robot.move(shelf)  # expect: blocking-reachable-from-async
    QuietPicker().move(shelf)
    return Robot().position()  # expect: blocking-reachable-from-async
