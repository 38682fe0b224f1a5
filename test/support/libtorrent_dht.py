"""Many libtorrent sessions with DHT nodes in one process, which do what lines of JSON on stdin say and report on stdout."""
import json, sys, threading, time
import libtorrent as lt

F = lt.torrent_flags
config = json.loads(sys.argv[1])
ipv6 = config.get('ipv6', False)
host = config['ip']


def make(port, bootstrap):
    session = lt.session({
        'listen_interfaces': '%s:%d' % ('[%s]' % host if ipv6 else host, port),
        'enable_dht': True, 'enable_lsd': False, 'enable_upnp': False, 'enable_natpmp': False,
        'enable_incoming_utp': False, 'enable_outgoing_utp': False, 'out_enc_policy': 2, 'in_enc_policy': 2,
        'allow_multiple_connections_per_ip': True, 'dht_bootstrap_nodes': bootstrap,
        'dht_restrict_routing_ips': False, 'dht_restrict_search_ips': False, 'dht_prefer_verified_node_ids': False,
        'dht_enforce_node_id': False, 'dht_ignore_dark_internet': False, 'dht_block_ratelimit': 1000,
        'dht_announce_interval': 5, 'min_reconnect_time': 1, 'alert_mask': lt.alert.category_t.dht_notification,
    })
    return session


ports = config['ports']
first = '%s:%d' % ('[%s]' % host if ipv6 else host, ports[0])
sessions = []
for port in ports:
    sessions.append(make(port, config.get('bootstrap') or (first if sessions else '')))
for session in sessions:
    for port in ports[:3]:
        session.add_dht_node((host, port))

handles = {}


def say(**what):
    print(json.dumps(what), flush=True)


def text(item):
    if isinstance(item, dict):
        item = item.get('value', item)
    return item.decode() if isinstance(item, bytes) else str(item)


def add(order):
    session = sessions[order['node']]
    params = lt.parse_magnet_uri(order['magnet']) if 'magnet' in order else lt.add_torrent_params()
    if 'torrent' in order:
        params.ti = lt.torrent_info(order['torrent'])
    params.save_path = order['dir']
    params.flags = F.auto_managed & 0 | F.apply_ip_filter | F.disable_lsd | F.disable_pex
    if order.get('seed'):
        params.flags |= F.seed_mode
        params.have_pieces = [True] * params.ti.num_pieces()
    handles[order['name']] = session.add_torrent(params)


def commands():
    for line in sys.stdin:
        order = json.loads(line)
        kind = order['do']
        if kind == 'add':
            add(order)
        elif kind == 'announce':
            handles[order['name']].force_dht_announce()
        elif kind == 'put-immutable':
            say(put=str(sessions[order['node']].dht_put_immutable_item(order['text'])))
        elif kind == 'get-immutable':
            sessions[order['node']].dht_get_immutable_item(lt.sha1_hash(bytes.fromhex(order['target'])))
        elif kind == 'get-mutable':
            sessions[order['node']].dht_get_mutable_item(bytes.fromhex(order['key']), order.get('salt', ''))
        elif kind == 'put-mutable':
            sessions[order['node']].dht_put_mutable_item(
                bytes.fromhex(order['private']), bytes.fromhex(order['key']), order['text'], order.get('salt', ''))


threading.Thread(target=commands, daemon=True).start()
say(ready=True)
last = {}
while True:
    for name, handle in list(handles.items()):
        status = handle.status()
        now = {'name': name, 'complete': bool(status.is_seeding), 'peers': status.num_peers,
               'metadata': bool(status.has_metadata), 'state': str(status.state)}
        if last.get(name) != now:
            last[name] = now
            say(torrent=now)
    for session in sessions:
        for alert in session.pop_alerts():
            name = type(alert).__name__
            if name == 'dht_immutable_item_alert':
                say(immutable=str(alert.target), item=text(alert.item))
            elif name == 'dht_mutable_item_alert':
                say(mutable=bytes(alert.key).hex(), item=text(alert.item), seq=int(alert.seq))
            elif name == 'dht_put_alert':
                say(put_done=int(alert.num_success))
    nodes = [session.status().dht_nodes for session in sessions] if int(time.time() * 5) % 5 == 0 else None
    if nodes is not None and nodes != last.get('nodes'):
        last['nodes'] = nodes
        say(nodes=nodes)
    time.sleep(0.1)
