"""surefoot: a static checker for the operational mistakes that take Python services down."""

__version__ = "0.1.0"
