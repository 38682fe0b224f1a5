// What can a peer do beyond BEP 3?
//   millrace console TORRENT --script probe-extensions.js HOST:PORT
const [address = "127.0.0.1:6881"] = args;

const p = await contact(address);
const { reserved } = p.conversation.sides.in.handshake;
const bits = Object.entries(reserved).filter(([, on]) => on);
print(`handshake bits: ${bits.map(([name]) => name).join(", ") || "none"}`);

p.haveNone();
p.extendedHandshake();
const h = await p.next("extended-handshake");
print(`client:         ${h.client ?? "does not say"}`);
print(`requests:       queues ${h.requestQueue ?? "a number it does not tell"}`);
print(`metadata:       ${h.metadataSize ?? "?"} bytes`);
print(`we are:         ${h.yourIp ?? "?"}`);
for (const [name, id] of h.extensions) print(`extension:      ${name} as ${id}`);
