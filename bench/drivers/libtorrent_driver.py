"""libtorrent-rasterbar as one process of the benchmark: a seeder, a leecher, a crowd of either, a checker, a maker of torrents.

Takes its job as JSON in argv[1], prints a JSON line per event on stdout ("t" is CLOCK_MONOTONIC in seconds) and ends on SIGTERM.
"""
import json
import os
import signal
import sys
import threading
import time

import libtorrent as lt

JOB = json.loads(sys.argv[1])
FLAGS = lt.torrent_flags
STATES = lt.torrent_status
STOP = threading.Event()
# The flag of peer exchange that marks a peer of the v2 swarm.
PEER_FLAGS = {True: 0x80}

CATEGORIES = lt.alert.category_t
SETTINGS = {
    # Nothing but TCP between the two ends.
    "enable_dht": False,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "enable_ip_notifier": False,
    "enable_incoming_utp": False,
    "enable_outgoing_utp": False,
    "in_enc_policy": 2,
    "out_enc_policy": 2,
    # No limits: all peers share one address, and all are unchoked.
    "upload_rate_limit": 0,
    "download_rate_limit": 0,
    "mixed_mode_algorithm": 0,
    "allow_multiple_connections_per_ip": True,
    "connections_limit": 4000,
    "connection_speed": 1000,
    "unchoke_slots_limit": -1,
    "active_limit": -1,
    "active_seeds": -1,
    "active_downloads": -1,
    "dont_count_slow_torrents": True,
    # Buffers for a fast link: the defaults are for home connections.
    "send_buffer_low_watermark": 1 << 20,
    "send_buffer_watermark": 3 << 20,
    "send_buffer_watermark_factor": 150,
    "max_out_request_queue": 1500,
    "max_allowed_in_request_queue": 2000,
    "max_queued_disk_bytes": 7 << 20,
    "max_peer_recv_buffer_size": 5 << 20,
    "checking_mem_usage": 2048,
    "alert_queue_size": 50000,
    "alert_mask": int(
        CATEGORIES.error_notification
        | CATEGORIES.status_notification
        | CATEGORIES.storage_notification
        | CATEGORIES.connect_notification
    ),
}


def tell(event, **fields):
    fields.update(event=event, t=time.monotonic())
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


def on_term(_signal, _frame):
    STOP.set()


def open_session(port):
    return lt.session({**SETTINGS, **JOB.get("settings", {}), "listen_interfaces": "127.0.0.1:%d" % port})


def torrent_of(path, folder, have=None):
    """`have(piece)` says which pieces are believed without looking. seed_mode would hash each piece when it is first asked for."""
    params = lt.add_torrent_params()
    params.ti = lt.torrent_info(path)
    params.save_path = folder
    params.storage_mode = lt.storage_mode_t.storage_mode_sparse
    params.flags = FLAGS.disable_dht | FLAGS.disable_lsd | FLAGS.disable_pex | FLAGS.apply_ip_filter | FLAGS.update_subscribe
    if have is not None:
        params.flags |= FLAGS.no_verify_files
        params.have_pieces = [have(piece) for piece in range(params.ti.num_pieces())]
    return params


def alerts(session, milliseconds):
    session.wait_for_alert(milliseconds)
    return session.pop_alerts()


def wait_for(session, kind):
    while not STOP.is_set():
        for alert in alerts(session, 200):
            if isinstance(alert, kind):
                return


def wait_state(handle, states):
    while handle.status().state not in states and not STOP.is_set():
        time.sleep(0.005)


def serve(sessions):
    """Tells the first connection, so that the clock of the run can start, and then sleeps."""
    connected = False
    while not STOP.is_set():
        if connected:
            STOP.wait(0.5)
        for session in sessions:
            # With several sessions the loop must not block on one; the check is cheap.
            found = session.pop_alerts() if connected or len(sessions) > 1 else alerts(session, 200)
            if not connected and any(isinstance(alert, lt.peer_connect_alert) for alert in found):
                connected = True
                tell("connected")
        if len(sessions) > 1 and not connected:
            time.sleep(0.005)


def dial_on_demand(handles):
    for line in sys.stdin:
        for host, port in json.loads(line)["peers"]:
            for handle in handles:
                handle.connect_peer((host, port), 0, PEER_FLAGS.get(bool(handle.info_hashes().has_v2()), 0))


def seed():
    """Seeder number i of n holds every piece p with p % n == i, and wants no other; one seeder holds all."""
    ports = JOB["ports"]
    count = len(ports)
    pairs = []
    for index, port in enumerate(ports):
        session = open_session(port)
        params = torrent_of(JOB["torrent"], JOB["dir"], lambda piece, index=index: piece % count == index)
        if count > 1:
            params.piece_priorities = [1 if piece % count == index else 0 for piece in range(params.ti.num_pieces())]
        pairs.append((session, session.add_torrent(params)))
    for _, handle in pairs:
        wait_state(handle, (STATES.finished, STATES.seeding))
    tell("ready")
    handles = [handle for _, handle in pairs]
    threading.Thread(target=dial_on_demand, args=(handles,), daemon=True).start()
    serve([session for session, _ in pairs])


def leech():
    """One leecher for each port and folder. Complete when every one has all pieces and its blocks have left the disk queue."""
    pairs = []
    for port, folder in zip(JOB["ports"], JOB["dirs"]):
        session = open_session(port)
        pairs.append((session, session.add_torrent(torrent_of(JOB["torrent"], folder))))
    for _, handle in pairs:
        wait_state(handle, (STATES.downloading,))
    tell("ready")
    for host, port in json.loads(sys.stdin.readline())["peers"]:
        for _, handle in pairs:
            handle.connect_peer((host, port), 0, PEER_FLAGS.get(bool(handle.info_hashes().has_v2()), 0))
    waiting = dict(enumerate(pairs))
    finished = set()
    connected = False
    while waiting and not STOP.is_set():
        if len(pairs) > 1:
            time.sleep(0.01)
        for index, (session, handle) in list(waiting.items()):
            for alert in session.pop_alerts() if len(pairs) > 1 else alerts(session, 200):
                if isinstance(alert, lt.peer_connect_alert) and not connected:
                    connected = True
                    tell("connected")
                elif isinstance(alert, lt.torrent_finished_alert):
                    # Every piece is hashed; blocks may still wait for the disk threads.
                    finished.add(index)
                    handle.flush_cache()
                elif isinstance(alert, lt.cache_flushed_alert) and index in finished:
                    waiting.pop(index, None)
    tell("complete")
    while not STOP.is_set():
        for session, _ in pairs:
            session.pop_alerts()
        STOP.wait(0.2)
    # Closed in order: a process that exits directly can leave blocks unwritten.
    for session, handle in pairs:
        session.remove_torrent(handle)
        session.pause()


def check():
    session = open_session(JOB["ports"][0])
    tell("ready")
    handle = session.add_torrent(torrent_of(JOB["torrent"], JOB["dir"]))
    wait_for(session, lt.torrent_checked_alert)
    tell("complete", valid=handle.status().progress == 1.0)
    STOP.wait()


def idle():
    session = open_session(JOB["ports"][0])
    with open(JOB["list"]) as file:
        torrents = json.load(file)
    for path in torrents:
        session.async_add_torrent(torrent_of(path, JOB["dir"]))
    while not STOP.is_set():
        time.sleep(0.02)
        session.pop_alerts()
        states = session.get_torrent_status(lambda status: True, 0)
        if len(states) == len(torrents) and all(status.is_seeding for status in states):
            break
    tell("ready")
    while not STOP.is_set():
        alerts(session, 1000)


def hold():
    """An incomplete torrent that waits for peers and dials none."""
    session = open_session(JOB["ports"][0])
    handle = session.add_torrent(torrent_of(JOB["torrent"], JOB["dir"]))
    handle.set_max_connections(4000)
    wait_state(handle, (STATES.downloading,))
    tell("ready")
    while not STOP.is_set():
        alerts(session, 500)


def dht():
    """A DHT node without limits of rates, which accepts nodes of any address."""
    session = lt.session({
        **SETTINGS, "listen_interfaces": "127.0.0.1:%d" % JOB["ports"][0], "enable_dht": True, "dht_bootstrap_nodes": "",
        "dht_restrict_routing_ips": False, "dht_restrict_search_ips": False, "dht_enforce_node_id": False,
        "dht_prefer_verified_node_ids": False, "dht_ignore_dark_internet": False,
        "dht_block_ratelimit": 1 << 30, "dht_upload_rate_limit": 1 << 30, "dht_max_torrents": 5000, "dht_max_peers": 2000,
    })
    while not session.is_dht_running() and not STOP.is_set():
        time.sleep(0.02)
    tell("ready")
    while not STOP.is_set():
        alerts(session, 500)


def create():
    storage = lt.file_storage()
    lt.add_files(storage, JOB["path"])
    maker = lt.create_torrent(storage, JOB["pieceLength"], flags=lt.create_torrent.v1_only)
    lt.set_piece_hashes(maker, os.path.dirname(JOB["path"]))
    with open(JOB["out"], "wb") as file:
        file.write(lt.bencode(maker.generate()))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, on_term)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    {"seed": seed, "leech": leech, "check": check, "idle": idle, "hold": hold, "dht": dht, "create": create}[JOB["mode"]]()
    sys.stdout.flush()
