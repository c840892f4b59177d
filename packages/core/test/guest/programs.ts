/** A call, and what the guest gets: a value, or a part of the message of an error. */
export type Line = readonly [name: string, args: readonly unknown[], answer?: unknown];
export type Program = readonly [title: string, lines: readonly Line[]];

const error = (text: string): { error: string } => ({ error: text });

const OPEN: Line = ['idb_open', ['notes', 1, '{"stores":["items","tags"]}'], 0];

export const programs: readonly Program[] = [
  [
    'a value is there',
    [
      ['local_set', ['theme', 'dark']],
      ['local_get', ['theme'], 'dark'],
    ],
  ],
  ['a missing value is none', [['local_get', ['missing']]]],
  [
    'an empty value is a value',
    [
      ['local_set', ['k', '']],
      ['local_get', ['k'], ''],
    ],
  ],
  [
    'an empty key is a key',
    [
      ['local_set', ['', 'v']],
      ['local_keys', [], '[""]'],
    ],
  ],
  [
    'numbers become text',
    [
      ['local_set', ['n', 5]],
      ['local_get', ['n'], '5'],
    ],
  ],
  [
    'booleans become text',
    [
      ['local_set', ['b', true]],
      ['local_get', ['b'], 'true'],
    ],
  ],
  [
    'a key with a comma is one key',
    [
      ['local_set', ['a,b', '1']],
      ['local_keys', [], '["a,b"]'],
    ],
  ],
  [
    'removing is final',
    [
      ['local_set', ['k', 'v']],
      ['local_remove', ['k']],
      ['local_get', ['k']],
    ],
  ],
  ['removing what is not there is fine', [['local_remove', ['missing']]]],
  [
    'clear empties',
    [
      ['local_set', ['k', 'v']],
      ['local_clear', []],
      ['local_keys', [], '[]'],
    ],
  ],
  [
    'the session is another place',
    [
      ['local_set', ['k', 'l']],
      ['session_get', ['k']],
      ['session_set', ['k', 's']],
      ['local_get', ['k'], 'l'],
    ],
  ],
  [
    'the session is cleared alone',
    [
      ['local_set', ['k', 'l']],
      ['session_set', ['k', 's']],
      ['session_clear', []],
      ['session_keys', [], '[]'],
      ['local_get', ['k'], 'l'],
    ],
  ],
  [
    'names of objects are keys',
    [
      ['local_set', ['__proto__', 'p']],
      ['local_get', ['__proto__'], 'p'],
      ['local_get', ['constructor']],
    ],
  ],
  [
    'any character survives',
    [
      ['local_set', ['ö ❤ !"', '\u0001x']],
      ['local_get', ['ö ❤ !"'], '\u0001x'],
      ['local_keys', [], '["ö ❤ !\\""]'],
    ],
  ],
  ['the first handle is 0', [OPEN]],
  ['handles count up', [OPEN, ['idb_open', ['notes', 1], 1], ['idb_open', ['other', 1], 2]]],
  ['a handle is never used again', [OPEN, ['idb_close', [0]], ['idb_open', ['notes', 1], 1]]],
  ['a document is there', [OPEN, ['idb_put', [0, 'items', 'a', '{"x":1}']], ['idb_get', [0, 'items', 'a'], '{"x":1}']]],
  ['a missing document is none', [OPEN, ['idb_get', [0, 'items', 'missing']]]],
  ['a stored null is not missing', [OPEN, ['idb_put', [0, 'items', 'a', 'null']], ['idb_get', [0, 'items', 'a'], 'null']]],
  ['text is text in JSON', [OPEN, ['idb_put', [0, 'items', 'a', '"ü"']], ['idb_get', [0, 'items', 'a'], '"ü"']]],
  [
    'the last put stays',
    [OPEN, ['idb_put', [0, 'items', 'a', '1']], ['idb_put', [0, 'items', 'a', '2']], ['idb_get', [0, 'items', 'a'], '2']],
  ],
  [
    'keys are in order',
    [OPEN, ['idb_put', [0, 'items', 'b', '1']], ['idb_put', [0, 'items', 'a', '1']], ['idb_keys', [0, 'items'], '["a","b"]']],
  ],
  [
    'numbers come before text',
    [
      OPEN,
      ['idb_put', [0, 'items', 'a', '1']],
      ['idb_put', [0, 'items', 10, '1']],
      ['idb_put', [0, 'items', 9, '1']],
      ['idb_put', [0, 'items', -1.5, '1']],
      ['idb_keys', [0, 'items'], '[-1.5,9,10,"a"]'],
    ],
  ],
  [
    '1 is not "1"',
    [
      OPEN,
      ['idb_put', [0, 'items', 1, '"number"']],
      ['idb_put', [0, 'items', '1', '"text"']],
      ['idb_get', [0, 'items', 1], '"number"'],
      ['idb_get', [0, 'items', '1'], '"text"'],
    ],
  ],
  ['deleting is final', [OPEN, ['idb_put', [0, 'items', 'a', '1']], ['idb_delete', [0, 'items', 'a']], ['idb_get', [0, 'items', 'a']]]],
  ['deleting what is not there is fine', [OPEN, ['idb_delete', [0, 'items', 'missing']]]],
  ['stores are apart', [OPEN, ['idb_put', [0, 'items', 'a', '1']], ['idb_keys', [0, 'tags'], '[]']]],
  [
    'databases are apart',
    [OPEN, ['idb_put', [0, 'items', 'a', '1']], ['idb_open', ['other', 1, '{"stores":["items"]}'], 1], ['idb_keys', [1, 'items'], '[]']],
  ],
  [
    'two handles see one database',
    [OPEN, ['idb_open', ['notes'], 1], ['idb_put', [1, 'items', 'a', '1']], ['idb_get', [0, 'items', 'a'], '1']],
  ],
  [
    'a newer version opens while an older handle is open',
    [OPEN, ['idb_open', ['notes', 2, '{"stores":["more"]}'], 1], ['idb_put', [0, 'more', 'a', '1']], ['idb_get', [1, 'more', 'a'], '1']],
  ],
  [
    'a store that is missing at the same version is made',
    [OPEN, ['idb_open', ['notes', 1, '{"stores":["late"]}'], 1], ['idb_keys', [1, 'late'], '[]']],
  ],
  ['no store is ever dropped', [OPEN, ['idb_open', ['notes', 3, '{"stores":[]}'], 1], ['idb_keys', [1, 'items'], '[]']]],
  ['an empty schema is none', [['idb_open', ['notes', 1, ''], 0]]],
  [
    'a batch is written as one',
    [
      OPEN,
      ['idb_batch', [0, '[{"store":"items","key":"a","value":{"n":1}},{"store":"tags","key":"t","value":null}]']],
      ['idb_get', [0, 'items', 'a'], '{"n":1}'],
      ['idb_get', [0, 'tags', 't'], 'null'],
    ],
  ],
  [
    'a batch removes too',
    [OPEN, ['idb_put', [0, 'items', 'a', '1']], ['idb_batch', [0, '[{"store":"items","key":"a"}]']], ['idb_keys', [0, 'items'], '[]']],
  ],
  ['closing twice is silent', [OPEN, ['idb_close', [0]], ['idb_close', [0]]]],
  [
    'closing a handle that never was is silent',
    [
      ['idb_close', [99]],
      ['idb_close', [0.5]],
    ],
  ],
  ['a handle that never was is refused', [['idb_get', [7, 'items', 'a'], error('invalid db handle: 7 (CLOSED)')]]],
  [
    'a closed handle is refused',
    [
      OPEN,
      ['idb_close', [0]],
      ['idb_put', [0, 'items', 'a', '1'], error('invalid db handle: 0')],
      ['idb_keys', [0, 'items'], error('invalid db handle: 0')],
    ],
  ],
  ['half a handle is refused', [OPEN, ['idb_get', [0.5, 'items', 'a'], error('invalid db handle: 0.5')]]],
  [
    'an unknown store is refused',
    [OPEN, ['idb_put', [0, 'missing', 'a', '1'], error('INVALID_ARGUMENT')], ['idb_get', [0, 'missing', 'a'], error('"missing"')]],
  ],
  [
    'what is no JSON is refused, and nothing is written',
    [OPEN, ['idb_put', [0, 'items', 'a', '{nonsense'], error('INVALID_VALUE')], ['idb_keys', [0, 'items'], '[]']],
  ],
  [
    'a lower version is refused',
    [
      ['idb_open', ['notes', 2], 0],
      ['idb_open', ['notes', 1], error('The requested version (1) is less than the existing version (2)')],
    ],
  ],
  ['half a version is refused', [['idb_open', ['notes', 1.5], error('INVALID_ARGUMENT')]]],
  ['a schema that is no JSON is refused', [['idb_open', ['notes', 1, '{'], error('INVALID_VALUE')]]],
  ['a schema of another shape is refused', [['idb_open', ['notes', 1, '{"stores":"items"}'], error('INVALID_ARGUMENT')]]],
  ['a key of another kind is refused', [OPEN, ['idb_put', [0, 'items', true, '1'], error('INVALID_ARGUMENT')]]],
  [
    'one bad item of a batch keeps all out',
    [
      OPEN,
      ['idb_batch', [0, '[{"store":"items","key":"a","value":1},{"store":"missing","key":"b","value":1}]'], error('INVALID_ARGUMENT')],
      ['idb_keys', [0, 'items'], '[]'],
    ],
  ],
  ['a batch that is no list is refused', [OPEN, ['idb_batch', [0, '{}'], error('INVALID_ARGUMENT')]]],
  [
    'bytes come back, with their type',
    [
      OPEN,
      ['idb_put_blob', [0, 'items', 'a', 'AP+A', 'image/png']],
      ['idb_get_blob', [0, 'items', 'a'], 'AP+A'],
      ['idb_blob_type', [0, 'items', 'a'], 'image/png'],
      ['idb_keys', [0, 'items'], '["a"]'],
    ],
  ],
  ['no bytes are bytes', [OPEN, ['idb_put_blob', [0, 'items', 'a', '']], ['idb_get_blob', [0, 'items', 'a'], '']]],
  ['missing bytes are none', [OPEN, ['idb_get_blob', [0, 'items', 'a']], ['idb_blob_type', [0, 'items', 'a']]]],
  [
    'bytes are no JSON, and JSON no bytes',
    [
      OPEN,
      ['idb_put_blob', [0, 'items', 'a', 'AA==']],
      ['idb_get', [0, 'items', 'a'], error('UNSUPPORTED_VALUE')],
      ['idb_put', [0, 'items', 'a', '1']],
      ['idb_get_blob', [0, 'items', 'a'], error('UNSUPPORTED_VALUE')],
      ['idb_get', [0, 'items', 'a'], '1'],
    ],
  ],
  [
    'what is no base64 is refused, and nothing is written',
    [OPEN, ['idb_put_blob', [0, 'items', 'a', '*'], error('INVALID_VALUE')], ['idb_keys', [0, 'items'], '[]']],
  ],
  ['bytes of another kind are refused', [OPEN, ['idb_put_blob', [0, 'items', 'a', 5], error('INVALID_VALUE')]]],
];
