// @rudderstack/rudder-sdk-node: thirty events, a page and an identify.
const RudderAnalytics = require("@rudderstack/rudder-sdk-node");

const [host, key] = process.argv.slice(2);
const analytics = new RudderAnalytics(key, { dataPlaneUrl: host, flushInterval: 200 });
for (let n = 0; n < 30; n++) {
  analytics.track({ userId: "u1", event: "Product Added", properties: { n } });
}
analytics.page({ userId: "u1", name: "Gifts", properties: { url: "https://shop.example/gifts" } });
analytics.identify({ userId: "u1", traits: { plan: "pro" } });
analytics.flush().catch((error) => console.error(error));
