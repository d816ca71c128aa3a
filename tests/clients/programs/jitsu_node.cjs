// @jitsu/js on a server: thirty events, a page and an identify. It never tries again.
const { jitsuAnalytics } = require("@jitsu/js");

const [host, key] = process.argv.slice(2);

async function send() {
  const analytics = jitsuAnalytics({ host, writeKey: `${key}:secret`, s2s: true, errorPolicy: "rethrow" });
  await analytics.identify("u1", { plan: "pro" });
  for (let n = 0; n < 30; n++) {
    await analytics.track("Product Added", { n });
  }
  await analytics.page("Gifts", { url: "https://shop.example/gifts" });
}

send();
