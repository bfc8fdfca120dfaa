// Texts, URLs, and what else needs nothing of the page. $ are the host's functions.
(function ($, window) {
'use strict';
const define = (name, value) => Object.defineProperty(window, name, { value, writable: true, enumerable: false, configurable: true });
$.define = define;

const codes = { IndexSizeError: 1, HierarchyRequestError: 3, WrongDocumentError: 4, InvalidCharacterError: 5, NoModificationAllowedError: 7, NotFoundError: 8, NotSupportedError: 9, InvalidStateError: 11, SyntaxError: 12, InvalidModificationError: 13, NamespaceError: 14, InvalidAccessError: 15, SecurityError: 18, NetworkError: 19, AbortError: 20, URLMismatchError: 21, QuotaExceededError: 22, TimeoutError: 23, InvalidNodeTypeError: 24, DataCloneError: 25 };
class DOMException extends Error {
  constructor(message = '', name = 'Error') {
    super(message);
    const hidden = value => ({ value, writable: true, configurable: true, enumerable: false });
    Object.defineProperties(this, { name: hidden(typeof name === 'object' ? name.name ?? 'Error' : String(name)), message: hidden(String(message)) });
  }
  get code() { return codes[this.name] ?? 0; }
}
define('DOMException', DOMException);

class TextEncoder {
  get encoding() { return 'utf-8'; }
  encode(text = '') { return $.encode(String(text)); }
  encodeInto(text, into) { const bytes = $.encode(String(text)); const written = Math.min(bytes.length, into.length); into.set(bytes.subarray(0, written)); return { read: text.length, written }; }
}
define('TextEncoder', TextEncoder);

const bytesOf = data => data === undefined ? new Uint8Array(0) : data instanceof ArrayBuffer ? new Uint8Array(data) : ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : $.encode(String(data));
$.bytesOf = bytesOf;
class TextDecoder {
  #label; #keepsMark;
  constructor(label = 'utf-8', options = {}) { this.#label = String(label).trim().toLowerCase(); this.#keepsMark = !!options.ignoreBOM; this.fatal = !!options.fatal; $.decode(new Uint8Array(0), this.#label); }
  get encoding() { return this.#label === 'utf8' ? 'utf-8' : this.#label; }
  decode(data) { const text = $.decode(bytesOf(data).slice(), this.#label); return !this.#keepsMark && text.charCodeAt(0) === 0xFEFF ? text.slice(1) : text; }
}
define('TextDecoder', TextDecoder);
define('atob', text => $.atob(String(text)));
define('btoa', text => $.btoa(String(text)));

const encodeForm = text => encodeURIComponent(text).replace(/%20/g, '+').replace(/[!'()~]/g, c => '%' + c.charCodeAt(0).toString(16).toUpperCase());
const decodeForm = text => { text = text.replace(/\+/g, ' '); try { return decodeURIComponent(text); } catch { return text.replace(/(%[0-9a-f]{2})+/gi, run => $.decode(new Uint8Array(run.match(/../g) ? run.slice(1).split('%').map(hex => parseInt(hex, 16)) : []), 'utf-8')); } };
class URLSearchParams {
  #pairs = []; #changed = null;
  constructor(init = '') {
    if (typeof init === 'object' && init !== null) {
      if (init[Symbol.iterator]) for (const [name, value] of init) this.#pairs.push([String(name), String(value)]);
      else for (const name of Object.keys(init)) this.#pairs.push([name, String(init[name])]);
    } else this.#read(String(init));
  }
  #read(text) { this.#pairs = text.replace(/^\?/, '').split('&').filter(Boolean).map(pair => { const at = pair.indexOf('='); return at < 0 ? [decodeForm(pair), ''] : [decodeForm(pair.slice(0, at)), decodeForm(pair.slice(at + 1))]; }); }
  static follow(params, changed) { params.#changed = changed; return text => params.#read(text); }
  #tell() { this.#changed?.(); }
  get size() { return this.#pairs.length; }
  append(name, value) { this.#pairs.push([String(name), String(value)]); this.#tell(); }
  delete(name, value) { this.#pairs = this.#pairs.filter(pair => pair[0] !== String(name) || (value !== undefined && pair[1] !== String(value))); this.#tell(); }
  get(name) { return this.#pairs.find(pair => pair[0] === String(name))?.[1] ?? null; }
  getAll(name) { return this.#pairs.filter(pair => pair[0] === String(name)).map(pair => pair[1]); }
  has(name, value) { return this.#pairs.some(pair => pair[0] === String(name) && (value === undefined || pair[1] === String(value))); }
  set(name, value) {
    const first = this.#pairs.find(pair => pair[0] === String(name));
    if (first) { first[1] = String(value); this.#pairs = this.#pairs.filter(pair => pair === first || pair[0] !== String(name)); } else this.#pairs.push([String(name), String(value)]);
    this.#tell();
  }
  sort() { this.#pairs.sort((a, b) => a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0); this.#tell(); }
  forEach(callback, self) { for (const [name, value] of this.#pairs) callback.call(self, value, name, this); }
  *entries() { for (const pair of this.#pairs) yield [...pair]; }
  *keys() { for (const pair of this.#pairs) yield pair[0]; }
  *values() { for (const pair of this.#pairs) yield pair[1]; }
  [Symbol.iterator]() { return this.entries(); }
  toString() { return this.#pairs.map(([name, value]) => encodeForm(name) + '=' + encodeForm(value)).join('&'); }
}
const follow = URLSearchParams.follow; delete URLSearchParams.follow;
define('URLSearchParams', URLSearchParams);

const parts = ['href', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash', 'origin'];
class URL {
  #parts; #params; #read;
  constructor(url, base) {
    this.#parts = $.url(String(url), base === undefined ? undefined : String(base));
    if (!this.#parts) throw new TypeError(`Failed to construct 'URL': Invalid URL`);
  }
  static canParse(url, base) { return $.url(String(url), base === undefined ? undefined : String(base)) !== null; }
  static parse(url, base) { return URL.canParse(url, base) ? new URL(url, base) : null; }
  static createObjectURL() { return 'blob:null/' + $.uuid(); }
  static revokeObjectURL() { }
  static get(url, index) { return url.#parts[index]; }
  static set(url, name, value) {
    value = String(value);
    const at = Object.fromEntries(parts.map((part, index) => [part, url.#parts[index]]));
    if (name === 'href') { const parsed = $.url(value); if (!parsed) throw new TypeError('Invalid URL'); url.#parts = parsed; url.#read?.(url.#parts[8]); return; }
    if (name === 'protocol') at.protocol = value.replace(/:?$/, ':');
    else if (name === 'search') at.search = value && '?' + value.replace(/^\?/, '');
    else if (name === 'hash') at.hash = value && '#' + value.replace(/^#/, '');
    else if (name === 'pathname') at.pathname = value.startsWith('/') ? value : '/' + value;
    else if (name === 'host') { at.hostname = value.split(':')[0]; at.port = value.split(':')[1] ?? at.port; }
    else at[name] = value;
    const user = at.username ? at.username + (at.password ? ':' + at.password : '') + '@' : '';
    const authority = at.host || at.hostname ? '//' + user + at.hostname + (at.port ? ':' + at.port : '') : '';
    const parsed = $.url(at.protocol + authority + at.pathname.replace(/[?#]/g, encodeURIComponent) + at.search.replace(/#/g, '%23') + at.hash);
    if (parsed) url.#parts = parsed;
    if (name === 'search') url.#read?.(url.#parts[8]);
  }
  get searchParams() {
    if (!this.#params) {
      this.#params = new URLSearchParams(this.#parts[8]);
      this.#read = follow(this.#params, () => { const read = this.#read; this.#read = null; setPart(this, 'search', this.#params.toString()); this.#read = read; });
    }
    return this.#params;
  }
  toString() { return this.#parts[0]; }
  toJSON() { return this.#parts[0]; }
}
const getPart = URL.get, setPart = URL.set; delete URL.get; delete URL.set;
parts.forEach((name, index) => Object.defineProperty(URL.prototype, name, { get() { return getPart(this, index); }, set: name === 'origin' ? undefined : function (value) { setPart(this, name, value); }, enumerable: true, configurable: true }));
define('URL', URL);

const hex = bytes => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
$.uuid = () => { const bytes = $.random(16); bytes[6] = bytes[6] & 15 | 64; bytes[8] = bytes[8] & 63 | 128; return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'); };
class Crypto {
  getRandomValues(array) { const bytes = $.random(array.byteLength); new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(bytes); return array; }
  randomUUID() { return $.uuid(); }
}
define('Crypto', Crypto);
define('crypto', new Crypto());

const clone = (value, seen) => {
  if (typeof value === 'function' || typeof value === 'symbol') throw new DOMException(`${String(value).slice(0, 100)} could not be cloned.`, 'DataCloneError');
  if (typeof value !== 'object' || value === null) return value;
  if (seen.has(value)) return seen.get(value);
  const keep = made => { seen.set(value, made); return made; };
  if (value instanceof Date) return keep(new Date(value.getTime()));
  if (value instanceof RegExp) return keep(new RegExp(value.source, value.flags));
  if (value instanceof Boolean || value instanceof Number || value instanceof String) return keep(Object(value.valueOf()));
  if (value instanceof Map) { const made = keep(new Map()); for (const [key, item] of value) made.set(clone(key, seen), clone(item, seen)); return made; }
  if (value instanceof Set) { const made = keep(new Set()); for (const item of value) made.add(clone(item, seen)); return made; }
  if (value instanceof ArrayBuffer) return keep(value.slice(0));
  if (ArrayBuffer.isView(value)) return keep(value instanceof DataView ? new DataView(value.buffer.slice(0), value.byteOffset, value.byteLength) : value.slice());
  if (value instanceof Error) { const made = keep(new (window[value.name] ?? Error)(value.message)); if (value.stack !== undefined) made.stack = value.stack; return made; }
  if (value instanceof EventTarget || value instanceof Promise || value instanceof WeakMap) throw new DOMException('The object could not be cloned.', 'DataCloneError');
  const made = keep(Array.isArray(value) ? new Array(value.length) : {});
  for (const key of Object.keys(value)) made[key] = clone(value[key], seen);
  return made;
};
$.clone = value => clone(value, new Map());
define('structuredClone', value => $.clone(value));

const show = value => { try { return typeof value === 'string' ? value : value instanceof Error ? `${value.name}: ${value.message}` : typeof value === 'object' && value !== null ? JSON.stringify(value) ?? String(value) : String(value); } catch { return '[object]'; } };
const console = {};
for (const name of ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table', 'group', 'groupCollapsed']) console[name] = (...values) => $.log((name === 'log' ? '' : name + ': ') + values.map(show).join(' '));
for (const name of ['groupEnd', 'time', 'timeEnd', 'timeLog', 'count', 'countReset', 'clear', 'profile', 'profileEnd']) console[name] = () => { };
console.assert = (condition, ...values) => { if (!condition) console.error('Assertion failed:', ...values); };
define('console', console);
})
