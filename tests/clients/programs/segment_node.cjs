// @segment/analytics-node: thirty events, a page and an identify.
const { Analytics } = require("@segment/analytics-node");

const [host, key] = process.argv.slice(2);
const analytics = new Analytics({ writeKey: key, host });
analytics.on("error", (error) => console.error(error));
for (let n = 0; n < 30; n++) {
  analytics.track({ userId: "u1", event: "Product Added", properties: { n } });
}
analytics.page({ userId: "u1", name: "Gifts", properties: { url: "https://shop.example/gifts" } });
analytics.identify({ userId: "u1", traits: { plan: "pro" } });
analytics.closeAndFlush({ timeout: 60_000 });
