"""Sends DHT datagrams to a UDP port of 127.0.0.1 from forged source addresses, as fast as it can, until it is stopped.

Arguments: the port, the number of addresses. Prints a line once the first datagrams are sent. Needs root (raw socket).
"""
import os, random, socket, struct, sys

port, addresses = int(sys.argv[1]), int(sys.argv[2])
out = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)


def query(kind):
    node, target, transaction = os.urandom(20), os.urandom(20), os.urandom(4)
    if kind == 0:
        return b'd1:ad2:id20:' + node + b'e1:q4:ping1:t4:' + transaction + b'1:y1:qe'
    if kind == 1:
        return b'd1:ad2:id20:' + node + b'6:target20:' + target + b'e1:q9:find_node1:t4:' + transaction + b'1:y1:qe'
    if kind == 2:
        return b'd1:ad2:id20:' + node + b'9:info_hash20:' + target + b'e1:q9:get_peers1:t4:' + transaction + b'1:y1:qe'
    if kind == 3:
        return (b'd1:ad2:id20:' + node + b'12:implied_porti1e9:info_hash20:' + target + b'4:porti1e5:token8:' +
                os.urandom(8) + b'e1:q13:announce_peer1:t4:' + transaction + b'1:y1:qe')
    if kind == 4:
        return b'd1:rd2:id20:' + node + b'5:nodes26:' + os.urandom(26) + b'e1:t4:' + transaction + b'1:y1:re'
    return b'd' + os.urandom(200)


def packet(payload):
    number = random.randrange(addresses)
    source = bytes([127, 1 + (number >> 16), number >> 8 & 255, number & 255])
    # The kernel fills in the length and the checksum of the IP header; a UDP checksum of 0 is none.
    header = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 0, 0, 0, 64, 17, 0, source, bytes([127, 0, 0, 1]))
    return header + struct.pack('>HHHH', 1024 + number % 60000, port, 8 + len(payload), 0) + payload


packets = [packet(query(index % 6)) for index in range(20000)]
first = True
while True:
    for each in packets:
        try:
            out.sendto(each, ('127.0.0.1', 0))
        except OSError:
            pass
    if first:
        print('flooding', flush=True)
        first = False
