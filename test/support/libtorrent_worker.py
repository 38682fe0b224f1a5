"""One libtorrent session that does what lines of JSON on stdin say, and tells on stdout, a line each second or change."""
import json, sys, threading, time
import libtorrent as lt

F = lt.torrent_flags
config = json.loads(sys.argv[1])
NET = F.apply_ip_filter | F.disable_dht | F.disable_lsd | F.update_subscribe
if not config.get('pex'):
    NET |= F.disable_pex
# Policies: 0 forced, 1 enabled, 2 disabled; levels: 2 RC4, 3 both plaintext and RC4.
ENCRYPTION = {
    'disabled': {'out_enc_policy': 2, 'in_enc_policy': 2},
    'preferred': {'out_enc_policy': 1, 'in_enc_policy': 1, 'allowed_enc_level': 3},
    'required': {'out_enc_policy': 0, 'in_enc_policy': 0, 'allowed_enc_level': 2},
}
# uTP only, or TCP only.
UTP = config.get('utp', False)
session = lt.session({
    'listen_interfaces': '%s:%d' % ('[::1]' if config.get('ipv6') else '127.0.0.1', config['port']),
    'enable_dht': False, 'enable_lsd': False, 'enable_upnp': False, 'enable_natpmp': False, 'enable_incoming_utp': UTP, 'enable_incoming_tcp': not UTP, 'enable_outgoing_tcp': not UTP,
    'enable_outgoing_utp': UTP, **ENCRYPTION[config.get('encryption', 'disabled')], 'allow_multiple_connections_per_ip': True,
    'connection_speed': 500, 'unchoke_slots_limit': -1, 'mixed_mode_algorithm': 0, 'announce_to_all_trackers': True,
    'announce_to_all_tiers': True, 'close_redundant_connections': False, 'min_reconnect_time': 1, 'peer_connect_timeout': 10,
    'rate_limit_ip_overhead': False,
})
params = lt.add_torrent_params()
if 'magnet' in config:
    params = lt.parse_magnet_uri(config['magnet'])
else:
    params.ti = lt.torrent_info(config['torrent'])
params.save_path = config['dir']
params.flags = NET
if config.get('seed'):
    params.flags = NET | F.no_verify_files
    params.have_pieces = [True] * params.ti.num_pieces()
handle = session.add_torrent(params)
# The session's limits do not bind peers of the local network; the torrent's do.
handle.set_upload_limit(config.get('up', 0) or -1)
handle.set_download_limit(config.get('down', 0) or -1)

def commands():
    for line in sys.stdin:
        order = json.loads(line)
        for ip, port in order.get('connect', []):
            # The flags of peer exchange: bit 7 for a peer of the v2 swarm.
            handle.connect_peer((ip, port), 0, 0x80 if handle.info_hashes().has_v2() else 0)

threading.Thread(target=commands, daemon=True).start()
last = None
while True:
    status = handle.status()
    now = {
        'state': str(status.state), 'progress': status.progress, 'complete': bool(status.is_seeding), 'peers': status.num_peers,
        'metadata': bool(status.has_metadata), 'pieces': ''.join('1' if piece else '0' for piece in status.pieces),
        'error': status.errc.message() if status.errc.value() else '', 'hash': str(status.info_hashes.v1),
    }
    if now['complete'] and not (last or {}).get('complete'):
        handle.flush_cache()
    if now != last:
        print(json.dumps(now), flush=True)
        last = now
    time.sleep(0.05)
