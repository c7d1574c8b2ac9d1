"""What crosses the borders of a service and of its modules: answers, requests, effects."""
