"""What a project wants: `[tool.surefoot]` in `pyproject.toml`, or `surefoot.toml`."""

from surefoot.config.load import load_config, settings_shown, with_command_line
from surefoot.config.locked import Locked, locked_versions
from surefoot.config.selection import (
    SYNTAX_ERROR,
    RuleKey,
    enabled_rules,
    ignored_in,
    never_baselined,
    never_suppressed,
    selected_by,
    selectors,
    severities,
    validate,
)
from surefoot.config.settings import DEFAULT_EXCLUDES, PROFILES, Config, ConfigError, Selection

__all__ = [
    "DEFAULT_EXCLUDES",
    "PROFILES",
    "SYNTAX_ERROR",
    "Config",
    "ConfigError",
    "Locked",
    "RuleKey",
    "Selection",
    "enabled_rules",
    "ignored_in",
    "load_config",
    "locked_versions",
    "never_baselined",
    "never_suppressed",
    "selected_by",
    "selectors",
    "settings_shown",
    "severities",
    "validate",
    "with_command_line",
]
