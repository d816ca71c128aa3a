"""posthog: thirty events, a page view, what is known of the person, and an exception."""

import sys


def send(host: str, key: str) -> None:
    from posthog import Posthog  # here, as tests that are collected must not need it

    client = Posthog(key, host=host, gzip=True)
    for n in range(30):
        client.capture("Product Added", distinct_id="u1", properties={"n": n})
    client.capture("$pageview", distinct_id="u1", properties={"$current_url": "https://shop.example/gifts"})
    client.set(distinct_id="u1", properties={"plan": "pro"})
    try:
        raise ValueError("no such candle")
    except ValueError as error:
        client.capture_exception(error, distinct_id="u1")
    client.shutdown()


if __name__ == "__main__":
    send(*sys.argv[1:])
