"""Rules about tests: whether they can fail where the code is wrong."""
