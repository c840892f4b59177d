// Programs in Python that change everything which a guest can change.

export const CHANGE = `
import mmap, os, shutil, sqlite3
os.chdir('/data')

with open('text', 'w') as f: f.write('Größe')
with open('log', 'a') as f:
    for line in range(200): f.write(f'line {line}\\n')
os.makedirs('a/b')
os.symlink('nowhere', 'dangling')
os.truncate('log', 700)
os.chmod('text', 0o600)
os.utime('text', ns=(1_500_000_000_250_000_000, 1_500_000_000_250_000_000))
with open('new', 'w') as f: f.write('2')
os.replace('new', 'text2')
with open('mapped', 'wb') as f: f.write(bytes(100_000))
with open('mapped', 'r+b') as f:
    with mmap.mmap(f.fileno(), 0) as m: m[70_000:70_006] = b'mapped'
with open('sparse', 'wb') as f:
    f.seek(2_000_000)
    f.write(b'end')
shutil.copytree('a', 'c')
os.rename('a', 'renamed')
gone = open('gone', 'wb')
gone.write(bytes(50_000))
os.unlink('gone')
gone.write(b'more')
gone.close()

for mode in ('delete', 'truncate', 'wal'):
    db = sqlite3.connect(f'{mode}.db')
    db.execute(f'pragma journal_mode={mode}')
    db.execute('create table t(id integer primary key, x text)')
    for row in range(30):
        db.execute('insert into t(x) values (?)', (f'row {row} ' * 20,))
        db.commit()
    db.execute('update t set x = upper(x) where id % 3 = 0')
    db.execute('delete from t where id % 5 = 0')
    db.commit()
    if mode != 'wal': db.close()
`;

export const LOOK = `
import hashlib, os, sqlite3
os.chdir('/data')
found = []
for mode in ('delete', 'truncate', 'wal'):
    db = sqlite3.connect(f'{mode}.db')
    check = db.execute('pragma integrity_check').fetchone()[0]
    found.append(f"{mode} {check} {db.execute('select count(*), max(id) from t').fetchone()}")
    db.close()
for path, folders, files in os.walk('.'):
    folders.sort()
    for name in sorted(folders + files):
        place = os.path.join(path, name)
        stat = os.lstat(place)
        if name.endswith(('.db', '-wal', '-shm')): continue
        content = os.readlink(place) if os.path.islink(place) else '' if os.path.isdir(place) else hashlib.sha1(open(place, 'rb').read()).hexdigest()
        found.append(f'{place} {stat.st_mode:o} {0 if os.path.isdir(place) else stat.st_size} {content} {stat.st_mtime_ns}')
'\\n'.join(found)
`;
