// posthog-node: thirty events, a page view, what is known of the person, and an exception.
const { PostHog } = require("posthog-node");

const [host, key] = process.argv.slice(2);

async function send() {
  const client = new PostHog(key, { host });
  for (let n = 0; n < 30; n++) {
    client.capture({ distinctId: "u1", event: "Product Added", properties: { n } });
  }
  const page = { $current_url: "https://shop.example/gifts" };
  client.capture({ distinctId: "u1", event: "$pageview", properties: page });
  client.identify({ distinctId: "u1", properties: { plan: "pro" } });
  client.captureException(new Error("no such candle"), "u1");
  await client.shutdown(60_000);
}

send();
