"""Python's collector of garbage looks through all that lives, time and again; what lives long need not be looked at."""

import gc


def leave_alone() -> None:
    """What lives by now stays, and is looked through no more; garbage among it goes first.

    With three thousand servers in memory a pass takes half a second, in which nobody is answered, and there are two of
    them in a second of much work. What is left alone and dies all the same, such as the servers of a session that was
    begun anew, goes when this is called again.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
