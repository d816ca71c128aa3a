"""segment-analytics-python: thirty events, a page and an identify."""

import sys


def send(host: str, key: str) -> None:
    from segment.analytics.client import Client  # here, as tests that are collected must not need it

    client = Client(key, host=host, gzip=True)
    for n in range(30):
        client.track("u1", "Product Added", {"n": n})
    client.page("u1", "", "Gifts", {"url": "https://shop.example/gifts"})
    client.identify("u1", {"plan": "pro"})
    client.flush()
    client.join()


if __name__ == "__main__":
    send(*sys.argv[1:])
