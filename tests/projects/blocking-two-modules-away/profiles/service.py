from profiles import gateway


def load_profile(number):
    profile = gateway.read_profile(number)
    profile["name"] = display_name(profile)
    return profile


def display_name(profile):
    return f"{profile['first']} {profile['last']}"
