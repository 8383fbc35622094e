"""What residents come to do, one coroutine a file, each reading like the visit."""
