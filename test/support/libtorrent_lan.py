"""One libtorrent session with one torrent, on a host of a test network. Prints `complete` when the data is complete."""
import json, sys, time
import libtorrent as lt

F = lt.torrent_flags
config = json.loads(sys.argv[1])
session = lt.session({
    'listen_interfaces': '%s:6881,[%s]:6881' % (config['ip'], config['ip6']), 'enable_upnp': False, 'enable_natpmp': False,
    'enable_dht': config['dht'] is not None, 'enable_lsd': config['lsd'], 'dht_bootstrap_nodes': '',
    'enable_incoming_utp': False, 'enable_outgoing_utp': False, 'dht_restrict_routing_ips': False,
    'dht_restrict_search_ips': False, 'dht_prefer_verified_node_ids': False, 'dht_enforce_node_id': False,
    'dht_ignore_dark_internet': False, 'dht_announce_interval': 5, 'min_reconnect_time': 1,
})
for host, port in config['dht'] or []:
    session.add_dht_node((host, port))
source = config['source']
params = lt.parse_magnet_uri(source) if source.startswith('magnet:') else lt.add_torrent_params()
if not source.startswith('magnet:'):
    params.ti = lt.torrent_info(source)
params.save_path = config['dir']
params.flags = F.apply_ip_filter | F.update_subscribe
if config['dht'] is None:
    params.flags |= F.disable_dht
if not config['lsd']:
    params.flags |= F.disable_lsd
if not config['pex']:
    params.flags |= F.disable_pex
if config['seed']:
    params.flags |= F.seed_mode
handle = session.add_torrent(params)
said = False
while True:
    if handle.status().is_seeding and not said:
        handle.flush_cache()
        said = True
        print('complete', flush=True)
    time.sleep(0.1)
