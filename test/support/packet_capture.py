"""Prints each UDP datagram and TCP segment that leaves this host by eth0, as a line of JSON, until it is killed."""
import json, socket, struct

ETH_P_ALL = 3
capture = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
capture.bind(('eth0', 0))
print(json.dumps({'ready': True}), flush=True)
while True:
    frame, (_, ether, kind, _, _) = capture.recvfrom(65536)
    if kind != socket.PACKET_OUTGOING:
        continue
    packet = frame[14:]
    if ether == 0x0800:
        protocol, at = packet[9], (packet[0] & 15) * 4
        # The interface may pad short frames.
        packet = packet[:struct.unpack('!H', packet[2:4])[0]]
        to = socket.inet_ntop(socket.AF_INET, packet[16:20])
    elif ether == 0x86DD:
        protocol, at = packet[6], 40
        to = socket.inet_ntop(socket.AF_INET6, packet[24:40])
    else:
        continue
    if protocol not in (6, 17):
        continue
    port = struct.unpack('!H', packet[at + 2:at + 4])[0]
    head = 8 if protocol == 17 else (packet[at + 12] >> 4) * 4
    flags = packet[at + 13] if protocol == 6 else 0
    print(json.dumps({
        'protocol': 'udp' if protocol == 17 else 'tcp', 'to': to, 'port': port, 'opens': flags & 0x12 == 0x02, 'closes': flags & 0x05 != 0,
        'payload': packet[at + head:].hex(),
    }), flush=True)
