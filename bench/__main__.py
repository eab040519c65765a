"""`python -m bench` prints what a post costs, how fast a publisher starts, and how late posts are.

The first two take seconds. The third starts the product on this machine and sends 3 × 200 posts through it
(about six minutes; Ctrl-C stops it); `--quick` leaves it out.
"""

import argparse

from bench import calls, lanes, starts


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="without the posts through the local AWS")
    parser.add_argument("--posts", type=int, default=200, help="due at once in each lane (default 200)")
    options = parser.parse_args()
    print("AWS calls for one post, by phase (and requests to the platform):\n")
    print(calls.table())
    print("\nImport time of the Lambdas, median of five fresh processes without compiled files:\n")
    print(starts.table())
    if not options.quick:
        print(f"\n{options.posts} posts due at once in each lane, on the local AWS of this machine:\n")
        print(lanes.table(options.posts))


if __name__ == "__main__":
    main()
