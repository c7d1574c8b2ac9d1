"""Carrying out fixes: in rounds, verified, each finding followed through all of them."""

from surefoot.fixing.following import Followed, Register
from surefoot.fixing.rounds import ROUNDS, Answer, Check, Fixer, Outcome, Plan, Proposal

__all__ = [
    "ROUNDS",
    "Answer",
    "Check",
    "Fixer",
    "Followed",
    "Outcome",
    "Plan",
    "Proposal",
    "Register",
]
