"""The small projects hold code to be checked, nothing to be run."""

collect_ignore_glob = ["*"]
