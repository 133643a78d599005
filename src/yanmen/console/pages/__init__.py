"""The pages: each shows what an operation of the desk answers, and each form asks one."""
