"""Runs a real client with some torrents whose data it checks, ends it cleanly, and prints the bytes done by info-hash.

The argument is JSON: client, home, dir, ports (two), torrents: a list of {id, path, paused, skip, done}. `done` is
the bytes that the client is to find; the script waits for them.
"""
import base64, json, os, re, signal, socket, subprocess, sys, time, urllib.error, urllib.parse, urllib.request

config = json.loads(sys.argv[1])
home, data, torrents = config['home'], config['dir'], config['torrents']
peer_port, rpc_port = config['ports']


def start(*command):
    env = {**os.environ, 'HOME': home, 'XDG_CONFIG_HOME': home, 'XDG_DATA_HOME': home}
    return subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def until(test):
    for _ in range(900):
        try:
            result = test()
        except (OSError, ValueError):
            result = None
        if result:
            return result
        time.sleep(0.1)
    raise RuntimeError('the client does not get there')


def are_found(done):
    return done == {torrent['id']: torrent['done'] for torrent in torrents}


def end(program):
    program.send_signal(signal.SIGTERM)
    program.wait(60)


def transmission():
    settings = {'rpc-port': rpc_port, 'rpc-bind-address': '127.0.0.1', 'rpc-authentication-required': False, 'peer-port': peer_port,
                'dht-enabled': False, 'lpd-enabled': False, 'pex-enabled': False, 'utp-enabled': False, 'port-forwarding-enabled': False,
                'bind-address-ipv4': '127.0.0.1', 'download-dir': data, 'download-queue-enabled': False}
    with open(f'{home}/settings.json', 'w') as file:
        json.dump(settings, file)
    program = start('transmission-daemon', '-f', '-g', home)
    session = ['']

    def rpc(method, **arguments):
        body = json.dumps({'method': method, 'arguments': arguments}).encode()
        request = urllib.request.Request(f'http://127.0.0.1:{rpc_port}/transmission/rpc', body, {'X-Transmission-Session-Id': session[0]})
        try:
            return json.load(urllib.request.urlopen(request, timeout=30))['arguments']
        except urllib.error.HTTPError as error:
            session[0] = error.headers['X-Transmission-Session-Id']
            return rpc(method, **arguments)

    until(lambda: rpc('session-get'))
    for torrent in torrents:
        metainfo = base64.b64encode(open(torrent['path'], 'rb').read()).decode()
        skipped = {'files-unwanted': torrent['skip']} if torrent['skip'] else {}
        rpc('torrent-add', **{'metainfo': metainfo, 'download-dir': data, 'paused': True, **skipped})
        rpc('torrent-set', ids=[torrent['id']], labels=['films'])
    rpc('torrent-verify')

    def rows():
        return rpc('torrent-get', fields=['hashString', 'status', 'haveValid', 'haveUnchecked'])['torrents']


    def found():
        return {row['hashString']: row['haveValid'] + row['haveUnchecked'] for row in rows()}

    until(lambda: all(row['status'] == 0 for row in rows()) and are_found(found()))
    for torrent in torrents:
        if not torrent['paused']:
            rpc('torrent-start', ids=[torrent['id']])
    done = found()
    end(program)
    return done


def qbittorrent():
    os.makedirs(f'{home}/qBittorrent/config')
    lines = ['[LegalNotice]', 'Accepted=true', '[BitTorrent]', 'Session\\DHTEnabled=false', 'Session\\LSDEnabled=false', 'Session\\PeXEnabled=false',
             f'Session\\Port={peer_port}', 'Session\\Interface=lo', 'Session\\InterfaceName=lo', 'Session\\InterfaceAddress=127.0.0.1',
             'Session\\QueueingSystemEnabled=false', 'Session\\MaxActiveCheckingTorrents=20', '[Network]', 'PortForwardingEnabled=false', '[Preferences]', f'WebUI\\Port={rpc_port}',
             'WebUI\\Address=127.0.0.1', 'WebUI\\LocalHostAuth=false', 'WebUI\\CSRFProtection=false', 'WebUI\\UseUPnP=false']
    with open(f'{home}/qBittorrent/config/qBittorrent.conf', 'w') as file:
        file.write('\n'.join(lines) + '\n')
    program = start('qbittorrent-nox', f'--profile={home}', f'--webui-port={rpc_port}')
    api = f'http://127.0.0.1:{rpc_port}/api/v2/'

    def get(path, **fields):
        body = urllib.parse.urlencode(fields).encode() if fields else None
        return urllib.request.urlopen(api + path, body, timeout=30).read()

    until(lambda: get('app/version'))
    for torrent in torrents:
        parts = b''
        for name, value in (('savepath', data), ('autoTMM', 'false'), ('paused', 'true'), ('category', 'films')):
            parts += f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        parts += b'--x\r\nContent-Disposition: form-data; name="torrents"; filename="t.torrent"\r\nContent-Type: application/x-bittorrent\r\n\r\n'
        parts += open(torrent['path'], 'rb').read() + b'\r\n--x--\r\n'
        urllib.request.urlopen(urllib.request.Request(api + 'torrents/add', parts, {'Content-Type': 'multipart/form-data; boundary=x'}), timeout=30)

    def rows():
        return json.loads(get('torrents/info'))

    def settled():
        return len(rows()) == len(torrents) and all(row['state'].startswith('paused') for row in rows())

    until(settled)
    for torrent in torrents:
        for index in torrent['skip']:
            get('torrents/filePrio', hash=torrent['id'], id=index, priority=0)
    get('torrents/recheck', hashes='all')

    def found():
        return {row['hash']: row['size'] - row['amount_left'] for row in rows()}

    until(lambda: settled() and are_found(found()))
    for torrent in torrents:
        if not torrent['paused']:
            get('torrents/resume', hashes=torrent['id'])
    done = found()
    end(program)
    return done


def rtorrent():
    os.makedirs(f'{home}/session')
    with open(f'{home}/rc', 'w') as file:
        file.write(f'directory.default.set = {data}\nsession.path.set = {home}/session\nnetwork.port_range.set = {peer_port}-{peer_port}\n'
                   f'network.bind_address.set = 127.0.0.1\ndht.mode.set = disable\nnetwork.scgi.open_local = {home}/sock\nsystem.daemon.set = true\n')
    program = start('rtorrent', '-n', '-o', f'import={home}/rc')

    def call(method, *args):
        params = ''.join(f'<param><value>{f"<i4>{a}</i4>" if isinstance(a, int) else f"<string>{a}</string>"}</value></param>' for a in args)
        body = f'<?xml version="1.0"?><methodCall><methodName>{method}</methodName><params>{params}</params></methodCall>'.encode()
        head = b'CONTENT_LENGTH\0%d\0SCGI\x001\0' % len(body)
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(f'{home}/sock')
            connection.sendall(b'%d:%s,%s' % (len(head), head, body))
            reply = b''
            while chunk := connection.recv(65536):
                reply += chunk
        if b'<fault>' in reply:
            raise ValueError(reply[-300:])
        return [text.decode() for text in re.findall(rb'<(?:string|i4|i8)>([^<]*)<', reply)]

    until(lambda: call('system.pid'))
    for torrent in torrents:
        call('load.normal', '', torrent['path'])
    until(lambda: len(call('download_list', '')) == len(torrents))
    for torrent in torrents:
        for index in torrent['skip']:
            call('f.priority.set', f'{torrent["id"].upper()}:f{index}', 0)
        call('d.update_priorities', torrent['id'].upper())
        call('d.custom1.set', torrent['id'].upper(), 'films')
        call('d.check_hash', torrent['id'].upper())

    def found():
        return {torrent['id']: int(call('d.completed_bytes', torrent['id'].upper())[0]) for torrent in torrents}

    until(lambda: all(call('d.hashing', torrent['id'].upper()) == ['0'] for torrent in torrents) and are_found(found()))
    for torrent in torrents:
        if not torrent['paused']:
            call('d.start', torrent['id'].upper())
    done = found()
    call('session.save')
    call('system.shutdown.normal')
    program.wait(60)
    return done


def deluge():
    from twisted.internet import defer, reactor, task
    from deluge.ui.client import client
    settings = {'daemon_port': rpc_port, 'download_location': data, 'listen_ports': [peer_port, peer_port], 'random_port': False,
                'listen_interface': '127.0.0.1', 'outgoing_interface': '127.0.0.1', 'dht': False, 'upnp': False, 'natpmp': False, 'utpex': False,
                'lsd': False, 'new_release_check': False}
    with open(f'{home}/core.conf', 'w') as file:
        file.write('{"file": 1, "format": 1}' + json.dumps(settings))
    with open(f'{home}/auth', 'w') as file:
        file.write('test:test:10\n')
    program = start('deluged', '--do-not-daemonize', '--config', home, '--port', str(rpc_port), '--ui-interface', '127.0.0.1')
    done = {}

    @defer.inlineCallbacks
    def settle(test):
        for _ in range(300):
            yield task.deferLater(reactor, 0.3, lambda: None)
            rows = yield client.core.get_torrents_status({}, ['state', 'total_done'])
            found = {id: row['total_done'] for id, row in rows.items()}
            if len(rows) == len(torrents) and all(row['state'] == 'Paused' for row in rows.values()) and test(found):
                return found
        raise RuntimeError(f'deluge does not get there: {rows}')

    @defer.inlineCallbacks
    def run():
        for _ in range(600):
            try:
                yield client.connect('127.0.0.1', rpc_port, 'test', 'test')
                break
            except Exception:
                yield task.deferLater(reactor, 0.1, lambda: None)
        for torrent in torrents:
            options = {'download_location': data, 'auto_managed': False, 'add_paused': True, 'file_priorities': [0 if i in torrent['skip'] else 4 for i in range(2)]}
            yield client.core.add_torrent_file('t.torrent', base64.b64encode(open(torrent['path'], 'rb').read()), options)
        yield settle(lambda found: True)
        yield client.core.force_recheck([torrent['id'] for torrent in torrents])
        done.update((yield settle(are_found)))
        yield client.core.resume_torrents([torrent['id'] for torrent in torrents if not torrent['paused']])
        yield task.deferLater(reactor, 0.5, lambda: None)
        reactor.stop()

    run().addErrback(lambda failure: (print(failure.getTraceback(), file=sys.stderr), reactor.stop()))
    reactor.run()
    end(program)
    return done


CLIENTS = {'transmission': transmission, 'qbittorrent': qbittorrent, 'rtorrent': rtorrent, 'deluge': deluge}
print(json.dumps(CLIENTS[config['client']]()))
