// fetch, XMLHttpRequest and what they carry. The browser decides what may be fetched, and what of the answer may be read.
(function ($, window) {
'use strict';
const { define, bytesOf } = $;
const document = window.document;

class AbortSignal extends EventTarget {
  #aborted = false; #reason = undefined;
  static start(signal, reason) { if (signal.#aborted) return; signal.#aborted = true; signal.#reason = reason === undefined ? new DOMException('signal is aborted without reason', 'AbortError') : reason; $.fire(signal, 'abort'); }
  static abort(reason) { const signal = new AbortSignal(); begin(signal, reason); return signal; }
  static timeout(time) { const signal = new AbortSignal(); $.task(() => begin(signal, new DOMException('signal timed out', 'TimeoutError')), time); return signal; }
  static any(signals) { const made = new AbortSignal(); for (const signal of signals) { if (signal.aborted) { begin(made, signal.reason); break; } signal.addEventListener('abort', () => begin(made, signal.reason), { once: true }); } return made; }
  get aborted() { return this.#aborted; }
  get reason() { return this.#reason; }
  throwIfAborted() { if (this.#aborted) throw this.#reason; }
}
const begin = AbortSignal.start; delete AbortSignal.start;
$.handlers(AbortSignal.prototype, 'abort');
define('AbortSignal', AbortSignal);
define('AbortController', class AbortController { signal = new AbortSignal(); abort(reason) { begin(this.signal, reason); } });

class Headers {
  #all = [];
  constructor(init) {
    if (init instanceof Headers) this.#all = init.#all.map(pair => [...pair]);
    else if (init?.[Symbol.iterator]) for (const [name, value] of init) this.append(name, value);
    else if (init) for (const name of Object.keys(init)) this.append(name, init[name]);
  }
  append(name, value) { name = String(name).toLowerCase(); if (!/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name)) throw new TypeError(`'${name}' is not a header's name.`); this.#all.push([name, String(value).trim()]); }
  set(name, value) { this.delete(name); this.append(name, value); }
  delete(name) { name = String(name).toLowerCase(); this.#all = this.#all.filter(pair => pair[0] !== name); }
  get(name) { name = String(name).toLowerCase(); const found = this.#all.filter(pair => pair[0] === name).map(pair => pair[1]); return found.length ? found.join(', ') : null; }
  has(name) { name = String(name).toLowerCase(); return this.#all.some(pair => pair[0] === name); }
  getSetCookie() { return []; }
  forEach(callback, self) { for (const [name, value] of this) callback.call(self, value, name, this); }
  *entries() { for (const name of [...new Set(this.#all.map(pair => pair[0]))].sort()) yield [name, this.get(name)]; }
  *keys() { for (const [name] of this.entries()) yield name; }
  *values() { for (const [, value] of this.entries()) yield value; }
  [Symbol.iterator]() { return this.entries(); }
}
define('Headers', Headers);

class Blob {
  #bytes;
  constructor(pieces = [], options = {}) {
    const all = [...pieces].map(piece => piece instanceof Blob ? piece.#bytes : bytesOf(piece));
    this.#bytes = new Uint8Array(all.reduce((sum, bytes) => sum + bytes.length, 0));
    let at = 0; for (const bytes of all) { this.#bytes.set(bytes, at); at += bytes.length; }
    this.type = String(options.type ?? '').toLowerCase();
  }
  static bytes(blob) { return blob.#bytes; }
  get size() { return this.#bytes.length; }
  slice(start = 0, end = this.size, type = '') { return new Blob([this.#bytes.slice(start, end)], { type }); }
  async text() { return $.decode(this.#bytes, 'utf-8'); }
  async arrayBuffer() { return this.#bytes.slice().buffer; }
  async bytes() { return this.#bytes.slice(); }
}
const inBlob = Blob.bytes; delete Blob.bytes;
define('Blob', Blob);
define('File', class File extends Blob { constructor(pieces, name, options = {}) { super(pieces, options); this.name = String(name); this.lastModified = options.lastModified ?? Date.now(); } });
class FileReader extends EventTarget {
  result = null; readyState = 0; error = null;
  #read(blob, make) { this.readyState = 1; $.task(() => { this.readyState = 2; this.result = make(inBlob(blob)); $.fire(this, 'load'); $.fire(this, 'loadend'); }); }
  readAsText(blob) { this.#read(blob, bytes => $.decode(bytes, 'utf-8')); } readAsArrayBuffer(blob) { this.#read(blob, bytes => bytes.slice().buffer); }
  readAsDataURL(blob) { this.#read(blob, bytes => `data:${blob.type || 'application/octet-stream'};base64,${$.btoa(String.fromCharCode(...bytes))}`); } abort() { }
}
$.handlers(FileReader.prototype, 'load loadend loadstart progress error abort');
define('FileReader', FileReader);

const successful = (form, submitter) => {
  const pairs = [];
  for (const control of form.elements) {
    if (!control.name || control.disabled || control.closest('fieldset[disabled]') || control.closest('datalist')) continue;
    const type = control.type;
    if (['submit', 'button', 'reset', 'image'].includes(type)) { if (control === submitter) pairs.push([control.name, control.value]); }
    else if (type === 'checkbox' || type === 'radio') { if (control.checked) pairs.push([control.name, control.value]); }
    else if (control.localName === 'select') { for (const option of control.selectedOptions) if (!option.disabled) pairs.push([control.name, option.value]); }
    else if (type === 'file') pairs.push([control.name, new window.File([], '')]);
    else if (control.localName !== 'fieldset' && control.localName !== 'output' && control.localName !== 'object') pairs.push([control.name, control.value]);
  }
  return pairs;
};
class FormData {
  #pairs = [];
  constructor(form, submitter) { if (form) this.#pairs = successful(form, submitter); }
  append(name, value, file) { this.#pairs.push([String(name), value instanceof Blob ? value instanceof window.File && file === undefined ? value : new window.File([value], file ?? 'blob', { type: value.type }) : String(value)]); }
  set(name, value, file) { this.delete(name); this.append(name, value, file); }
  delete(name) { this.#pairs = this.#pairs.filter(pair => pair[0] !== name); }
  get(name) { return this.#pairs.find(pair => pair[0] === name)?.[1] ?? null; }
  getAll(name) { return this.#pairs.filter(pair => pair[0] === name).map(pair => pair[1]); }
  has(name) { return this.#pairs.some(pair => pair[0] === name); }
  forEach(callback, self) { for (const [name, value] of this.#pairs) callback.call(self, value, name, this); }
  *entries() { for (const pair of this.#pairs) yield [...pair]; }
  *keys() { for (const pair of this.#pairs) yield pair[0]; }
  *values() { for (const pair of this.#pairs) yield pair[1]; }
  [Symbol.iterator]() { return this.entries(); }
}
define('FormData', FormData);

const escapeName = name => name.replace(/\r?\n|\r/g, '\r\n').replace(/[\r\n"]/g, c => '%' + c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0'));
const bodyOf = body => {
  if (body === undefined || body === null) return [null, null];
  if (body instanceof URLSearchParams) return [$.encode(body.toString()), 'application/x-www-form-urlencoded;charset=UTF-8'];
  if (body instanceof Blob) return [inBlob(body), body.type || null];
  if (body instanceof FormData) {
    const boundary = '----ActorBrowser' + $.uuid().replaceAll('-', '');
    const pieces = [];
    for (const [name, value] of body) {
      pieces.push(`--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(name)}"`);
      if (value instanceof Blob) pieces.push(`; filename="${escapeName(value.name)}"\r\nContent-Type: ${value.type || 'application/octet-stream'}\r\n\r\n`, value, '\r\n');
      else pieces.push(`\r\n\r\n${value.replace(/\r?\n|\r/g, '\r\n')}\r\n`);
    }
    return [inBlob(new Blob([...pieces, `--${boundary}--\r\n`])), 'multipart/form-data; boundary=' + boundary];
  }
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return [bytesOf(body).slice(), null];
  return [$.encode(String(body)), 'text/plain;charset=UTF-8'];
};
class Body {
  #bytes; #used = false;
  constructor(bytes) { this.#bytes = bytes; }
  static take(body) { if (body.#used) throw new TypeError('The body was already read.'); body.#used = body.#bytes !== null; return body.#bytes ?? new Uint8Array(0); }
  static copy(body) { if (body.#used) throw new TypeError('The body was already read.'); return body.#bytes; }
  get bodyUsed() { return this.#used; }
  get body() { return null; }
  async text() { return $.decode(take(this), 'utf-8').replace(/^\uFEFF/, ''); }
  async json() { return JSON.parse(await this.text()); }
  async arrayBuffer() { return take(this).slice().buffer; }
  async bytes() { return take(this).slice(); }
  async blob() { return new Blob([take(this)], { type: this.headers.get('content-type') ?? '' }); }
  async formData() { const made = new FormData(); for (const [name, value] of new URLSearchParams(await this.text())) made.append(name, value); return made; }
}
const take = Body.take, copy = Body.copy; delete Body.take; delete Body.copy;
const absolute = url => { const parsed = $.url(String(url), document.baseURI); if (!parsed) throw new TypeError(`Failed to parse URL from ${String(url).slice(0, 200)}`); return parsed[0]; };
class Request extends Body {
  constructor(input, init = {}) {
    const from = input instanceof Request ? input : null;
    const [bytes, type] = init.body !== undefined ? bodyOf(init.body) : [from ? copy(from) : null, null];
    super(bytes);
    const method = String(init.method ?? from?.method ?? 'GET');
    this.method = /^(get|head|post|put|delete|options)$/i.test(method) ? method.toUpperCase() : method;
    if (/^(connect|trace|track)$/i.test(method)) throw new TypeError(`'${method}' HTTP method is unsupported.`);
    if (bytes && (this.method === 'GET' || this.method === 'HEAD')) throw new TypeError('Request with GET/HEAD method cannot have body.');
    this.url = from ? from.url : absolute(input);
    this.headers = new Headers(init.headers ?? from?.headers);
    if (type && !this.headers.has('content-type')) this.headers.set('content-type', type);
    this.mode = init.mode ?? from?.mode ?? 'cors'; this.credentials = init.credentials ?? from?.credentials ?? 'same-origin'; this.redirect = init.redirect ?? from?.redirect ?? 'follow';
    this.cache = init.cache ?? 'default'; this.referrer = 'about:client'; this.integrity = init.integrity ?? ''; this.signal = init.signal ?? from?.signal ?? new AbortSignal();
  }
  clone() { return new Request(this); }
}
define('Request', Request);
class Response extends Body {
  constructor(body = null, init = {}) {
    const [bytes, type] = bodyOf(body);
    super(bytes);
    this.status = init.status ?? 200; this.statusText = init.statusText ?? ''; this.headers = new Headers(init.headers); this.type = 'default'; this.url = ''; this.redirected = false;
    if (type && !this.headers.has('content-type')) this.headers.set('content-type', type);
  }
  static error() { return Object.assign(new Response(), { type: 'error', status: 0 }); }
  static json(data, init) { return new Response(JSON.stringify(data), { ...init, headers: { 'content-type': 'application/json', ...init?.headers } }); }
  static redirect(url, status = 302) { return new Response(null, { status, headers: { location: absolute(url) } }); }
  get ok() { return this.status >= 200 && this.status <= 299; }
  clone() { const bytes = copy(this); return Object.assign(new Response(bytes?.slice(), this), { url: this.url, type: this.type, redirected: this.redirected }); }
}
define('Response', Response);

const pairsOf = list => { const pairs = []; for (let i = 0; i < list.length; i += 2) pairs.push([list[i], list[i + 1]]); return pairs; };
const modes = { 'same-origin': 0, cors: 1, 'no-cors': 2, navigate: 1 }, credentialed = { omit: 0, 'same-origin': 1, include: 2 }, redirects = { follow: 0, error: 1, manual: 2 };
const local = url => {
  const found = /^data:([^,]*?)(;base64)?,(.*)$/s.exec(url);
  return found && new Response(found[2] ? Uint8Array.from($.atob(decodeURIComponent(found[3])), c => c.charCodeAt(0)) : $.encode(decodeURIComponent(found[3])), { headers: { 'content-type': found[1] || 'text/plain;charset=US-ASCII' } });
};
define('fetch', (input, init) => new Promise((resolve, reject) => {
  const request = new Request(input, init), { signal } = request;
  if (signal.aborted) { reject(signal.reason); return; }
  const inside = local(request.url);
  if (inside) { resolve(Object.assign(inside, { url: request.url, type: 'basic' })); return; }
  const bytes = copy(request);
  const number = $.request(2, request.method, request.url, [...request.headers].flat(), bytes, modes[request.mode] ?? 1, credentialed[request.credentials] ?? 1, redirects[request.redirect] ?? 0,
    (result, status, statusText, url, headers, content, message) => {
      if (result === 1) { reject(new TypeError(`Failed to fetch: ${message}`)); return; }
      const response = new Response(result === 2 ? null : content, { status, statusText, headers: pairsOf(headers) });
      resolve(Object.assign(response, { url, redirected: result === 0 && url !== request.url.replace(/#.*/, ''), type: result === 2 ? 'opaque' : $.url(url)?.[10] === $.part('origin') ? 'basic' : 'cors' }));
    });
  signal.addEventListener('abort', () => { $.cancel(number); reject(signal.reason); }, { once: true });
}));

const states = { UNSENT: 0, OPENED: 1, HEADERS_RECEIVED: 2, LOADING: 3, DONE: 4 };
class XMLHttpRequestEventTarget extends EventTarget { }
$.handlers(XMLHttpRequestEventTarget.prototype, 'loadstart progress abort error load timeout loadend');
define('XMLHttpRequestEventTarget', XMLHttpRequestEventTarget);
define('XMLHttpRequestUpload', class XMLHttpRequestUpload extends XMLHttpRequestEventTarget { });
class XMLHttpRequest extends XMLHttpRequestEventTarget {
  #method; #url; #headers; #answer = null; #number = null; #text = null; #timer = 0;
  readyState = 0; status = 0; statusText = ''; responseURL = ''; responseType = ''; timeout = 0; withCredentials = false; upload = new window.XMLHttpRequestUpload();
  open(method, url, async = true) {
    if (async === false) throw new DOMException('Synchronous requests are not supported here.', 'InvalidAccessError');
    this.abort(); this.#method = String(method).toUpperCase(); this.#url = absolute(url); this.#headers = new Headers(); this.#answer = null; this.#text = null; this.status = 0; this.#become(1);
  }
  #become(state) { this.readyState = state; $.fire(this, 'readystatechange'); }
  setRequestHeader(name, value) { if (this.readyState !== 1) throw new DOMException("The object's state must be OPENED.", 'InvalidStateError'); this.#headers.append(name, value); }
  overrideMimeType() { }
  getResponseHeader(name) { return this.#answer?.headers.get(name) ?? null; }
  getAllResponseHeaders() { return this.#answer ? [...this.#answer.headers].map(([name, value]) => `${name}: ${value}\r\n`).join('') : ''; }
  send(body = null) {
    if (this.readyState !== 1 || this.#number !== null) throw new DOMException("The object's state must be OPENED.", 'InvalidStateError');
    const [bytes, type] = this.#method === 'GET' || this.#method === 'HEAD' ? [null, null] : bodyOf(body);
    if (type && !this.#headers.has('content-type')) this.#headers.set('content-type', type);
    $.fire(this, 'loadstart');
    const answer = (result, status, statusText, url, headers, content) => {
      this.#number = null; $.clear(this.#timer);
      if (result !== 0) { this.#fail('error'); return; }
      this.#answer = { headers: new Headers(pairsOf(headers)), content }; this.status = status; this.statusText = statusText; this.responseURL = url;
      this.#become(2); this.#become(3);
      const members = { lengthComputable: true, loaded: content.length, total: content.length };
      $.fire(this, 'progress', members); this.#become(4); $.fire(this, 'load', members); $.fire(this, 'loadend', members);
    };
    const inside = local(this.#url);
    this.#number = inside ? $.task(() => answer(0, 200, 'OK', this.#url, [...inside.headers].flat(), copy(inside)))
      : $.request(3, this.#method, this.#url, [...this.#headers].flat(), bytes, 1, this.withCredentials ? 2 : 1, 0, answer);
    if (this.timeout > 0) this.#timer = $.timer(() => { if (this.#number !== null) { $.cancel(this.#number); this.#number = null; this.#fail('timeout'); } }, this.timeout, false);
  }
  #fail(type) { this.status = 0; this.#answer = null; this.#become(4); $.fire(this, type); $.fire(this, 'loadend'); }
  abort() { if (this.#number === null) return; $.cancel(this.#number); this.#number = null; this.#fail('abort'); this.readyState = 0; }
  get responseText() { return this.#answer ? this.#text ??= $.decode(this.#answer.content, /charset=["']?([\w-]+)/i.exec(this.getResponseHeader('content-type') ?? '')?.[1].toLowerCase() ?? 'utf-8').replace(/^\uFEFF/, '') : ''; }
  get responseXML() { return this.#answer && /html|xml/.test(this.getResponseHeader('content-type') ?? '') ? $.html(this.responseText) : null; }
  get response() {
    if (this.responseType === '' || this.responseType === 'text') return this.responseText;
    if (this.readyState !== 4 || !this.#answer) return null;
    switch (this.responseType) {
      case 'json': try { return JSON.parse(this.responseText); } catch { return null; }
      case 'arraybuffer': return this.#answer.content.slice().buffer;
      case 'blob': return new Blob([this.#answer.content], { type: this.getResponseHeader('content-type') ?? '' });
      case 'document': return $.html(this.responseText);
      default: return null;
    }
  }
}
for (const [name, value] of Object.entries(states)) for (const to of [XMLHttpRequest, XMLHttpRequest.prototype]) Object.defineProperty(to, name, { value, enumerable: true });
$.handlers(XMLHttpRequest.prototype, 'readystatechange');
define('XMLHttpRequest', XMLHttpRequest);
})
