"""Names of environment variables and of settings."""

from __future__ import annotations

import re

from surefoot.semantics.call import Given
from surefoot.semantics.summary import Symbol
from surefoot.semantics.world import World

_PLATFORM = re.compile(
    r"PATH|HOME|USER|LOGNAME|SHELL|PWD|TERM|TMPDIR|TEMP|TMP|NO_COLOR|FORCE_COLOR|CI|TZ|LANG|LC_\w+|"
    r"COLUMNS|LINES|EDITOR|DISPLAY|HOSTNAME|PYTHON\w+|PYTEST_\w+|KUBERNETES_\w+|AWS_LAMBDA_\w+|"
    r"AWS_EXECUTION_ENV|HTTP_(PROXY|HOST|COOKIE|REFERER|USER_AGENT|AUTHORIZATION|ACCEPT\w*|X_\w+)|"
    r"REQUEST_\w+|SYSTEMROOT|WINDIR|COMSPEC|APPDATA|LOCALAPPDATA|"
    r"PROGRAMDATA|PROGRAMFILES|USERPROFILE|USERNAME|VIRTUAL_ENV|CONDA_PREFIX|XDG_\w+|SSH_\w+|"
    r"GITHUB_(ACTIONS|ACTOR|API_URL|BASE_REF|ENV|EVENT_\w+|HEAD_REF|JOB|OUTPUT|REF\w*|REPOSITORY\w*|"
    r"RUN_\w+|SERVER_URL|SHA|STEP_SUMMARY|WORKFLOW\w*|WORKSPACE)|"
    r"CI_(COMMIT|JOB|MERGE_REQUEST|PIPELINE|PROJECT|RUNNER|SERVER)_\w+|"
    r"BITBUCKET_(BRANCH|BUILD_NUMBER|COMMIT|GIT_\w+|PR_ID|REPO_\w+|WORKSPACE)|"
    r"BUILD_(BUILD|DEFINITION|REPOSITORY|SOURCE)\w*|"
    r"FUNCTION_\w+|GCP_PROJECT|GAE_\w+|K_(SERVICE|REVISION|CONFIGURATION)|WEBSITE_\w+|DYNO",
    re.IGNORECASE,
)
_SETTINGS = re.compile(
    r"(settings?|conf|configs?|configurations?|configure|cfg|envs?|environ(ment)?)", re.IGNORECASE
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def is_platform_variable(name: str) -> bool:
    """Whether the system or a platform, not the operator of a service, sets a variable."""
    return _PLATFORM.fullmatch(name) is not None


def names_settings(text: str) -> bool:
    """Whether a dotted name or a path speaks of settings: `app/config/loader.py`, `get_env`."""
    return any(map(_SETTINGS.fullmatch, _WORD.findall(text)))


def variables_of(world: World, symbol: Symbol | Given) -> tuple[str, ...]:
    """Return the names an expression stands for: of a loop over literals, all of them."""
    if symbol is None or isinstance(symbol, Given):
        return ()
    match world.value(symbol):
        case ("k", str() as name):
            return (name,)
    if symbol[0] == "x" and symbol[2] in (None, ()):
        items = world.value(symbol[1])
        if items is not None and items[0] == "t":
            return tuple(name for item in items[1] for name in variables_of(world, item))
    return ()
