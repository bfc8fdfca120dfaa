using System.Text;
using ActorBrowser.ChildEntrypoints.Rendering;
using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;
using Jint.Runtime.Descriptors;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>The window: what it keeps, and the host's functions that the scripts of <see cref="Prelude"/> are made of. Pages never see these.</summary>
internal sealed class WindowObject
{
    private readonly PageRealm _realm;
    private readonly PageKeeping _storage;
    private readonly PageKeeping _session = new();
    private readonly Dictionary<IElement, (int Start, int End)> _selections = new(ReferenceEqualityComparer.Instance);
    private readonly JsObject _parts;
    private int _logged;

    internal WindowObject(PageRealm realm, PageKeeping storage)
    {
        (_realm, _storage) = (realm, storage);
        _parts = new JsObject(realm.Engine);
        Url = realm.Live.Address?.ToString() ?? "about:blank";
        realm.Define("Window", "EventTarget", window => DomElements.DefineGlobalHandlers(realm, window, window: true));
        realm.Engine.Global.Prototype = realm.PrototypeOf("Window");
        Global("window", realm.Engine.Global);
        Global("self", realm.Engine.Global);
        Global("frames", realm.Engine.Global);
        Global("parent", realm.Engine.Global);
        Global("top", realm.Engine.Global);
        Global("document", realm.Wrap(realm.Document));
    }

    /// <summary>The page's address, which <c>history.pushState</c> changes.</summary>
    internal string Url { get; private set; }

    /// <summary>The element with the focus.</summary>
    internal IElement? Focused { get; private set; }

    /// <summary>The cookies that scripts may see.</summary>
    internal string Cookies => _storage.Cookies;

    internal void SetCookie(string cookie) => _storage.SetCookie(cookie);

    /// <summary>One of the objects of the prelude.</summary>
    internal JsValue Part(string name) => _parts.Get(name);

    /// <summary>Calls one of the prelude's functions that make objects.</summary>
    internal JsValue Make(string name, params JsValue[] arguments) => _parts.Get(name).Call(JsValue.Undefined, arguments);

    internal JsValue Rectangle() => Make("DOMRect");

    internal JsValue Validity(IElement element)
    {
        var validity = new JsObject(_realm.Engine);
        validity.Set("valid", element is not AngleSharp.Html.Dom.IValidation control || control.CheckValidity());
        return validity;
    }

    /// <summary>A part of an address, as <c>location</c> has it.</summary>
    internal static string UrlPart(string? address, string part)
    {
        if (address is null || !WebUrl.TryParse(address, out var url))
            return part == "protocol" ? ":" : "";
        return part switch
        {
            "href" => url.ToString(),
            "protocol" => url.Scheme + ":",
            "username" => url.Username,
            "password" => url.Password,
            "host" => url.Host + (url.ExplicitPort < 0 ? "" : $":{url.ExplicitPort}"),
            "hostname" => url.Host ?? "",
            "port" => url.ExplicitPort < 0 ? "" : url.ExplicitPort.ToString(System.Globalization.CultureInfo.InvariantCulture),
            "pathname" => url.Path,
            "search" => url.Query is { Length: > 0 } query ? "?" + query : "",
            "hash" => url.Fragment is { Length: > 0 } fragment ? "#" + fragment : "",
            "origin" => url.Origin,
            _ => "",
        };
    }

    /// <summary>A script wants another page. It is noted; the browser decides.</summary>
    internal void Navigate(string reference, bool replaces = false)
    {
        if (!WebUrl.TryParse(reference, WebUrl.TryParse(Url, out var here) ? here : null, null, out var target))
            throw _realm.DomError("SyntaxError", $"'{LiveDocument.Shorten(reference, 200)}' is not a valid URL.");
        if (target.WithoutFragment == (here?.WithoutFragment ?? "") && target.Fragment is not null)
        {
            var old = Url;
            Url = target.ToString();
            if (old != Url)
                _realm.Page.Tasks.Add(0, () => Make("hashChanged", old, Url));
        }
        else if (target.IsHttp)
        {
            _realm.Page.Leave(target.ToString(), replaces);
        }
    }

    // Checked here: what a page's script reads of a URL may be that script's own.
    private void Move(string target)
    {
        if (UrlPart(target, "origin") != UrlPart(Url, "origin"))
            throw _realm.DomError("SecurityError", $"A history state object with URL '{LiveDocument.Shorten(target, 200)}' cannot be created in a document of another origin.");
        Url = target;
    }

    private ObjectInstance Random(int length)
    {
        var bytes = new byte[length];
        Interop.RandomBytes.Fill(bytes);
        return _realm.Engine.Intrinsics.Uint8Array.Construct(bytes);
    }

    /// <summary>A script wants a form to be submitted. One by GET leads to another page; another is noted for the action that has set the script off.</summary>
    internal void Submit(IHtmlFormElement form, IElement? submitter)
    {
        var live = _realm.Live;
        try
        {
            var sent = FormSubmission.Of(live, new Rendering.Activation(live).Survey(), form, submitter, default);
            if (sent is { Outcome: ActOutcome.Navigate, IsPost: false })
                Navigate(sent.Url);
            else
                _realm.Page.WantedSubmission = (form, submitter);
        }
        catch (ActFailedException e)
        {
            _realm.Page.Log(e.Message);
        }
    }

    internal void Focus(IElement element)
    {
        if (Focused == element)
            return;
        if (Focused is { } before)
            Blur(before);
        Focused = element;
        _realm.Events.DispatchTrusted(element, "focus", bubbles: false, cancelable: false);
        _realm.Events.DispatchTrusted(element, "focusin", bubbles: true, cancelable: false);
    }

    internal void Blur(IElement element)
    {
        if (Focused != element)
            return;
        Focused = null;
        _realm.Events.DispatchTrusted(element, "blur", bubbles: false, cancelable: false);
        _realm.Events.DispatchTrusted(element, "focusout", bubbles: true, cancelable: false);
    }

    internal (int Start, int End) SelectionOf(IElement element) => _selections.GetValueOrDefault(element);

    internal void Select(IElement element, int start, int end) => _selections[element] = (start, Math.Max(start, end));

    /// <summary>The host's functions, for the prelude.</summary>
    internal JsObject Natives()
    {
        var natives = new JsObject(_realm.Engine);
        void Add(string name, Func<JsValue[], JsValue> run) => natives.Set(name, _realm.Function(name, 0, (_, arguments) => run(arguments)));
        string Text(JsValue[] arguments, int index) => _realm.Text(arguments, index);
        natives.Set("parts", _parts);
        Add("url", arguments => Parse(Text(arguments, 0), arguments.Length > 1 && !arguments[1].IsUndefined() ? Text(arguments, 1) : null));
        Add("resolve", arguments => _realm.Live.Resolve(Text(arguments, 0), anyScheme: true) ?? JsValue.Null);
        Add("here", _ => Url);
        Add("part", arguments => UrlPart(Url, Text(arguments, 0)));
        Add("setHere", arguments => DomElements.Do(() => Move(Text(arguments, 0))));
        Add("navigate", arguments => DomElements.Do(() => Navigate(Text(arguments, 0), TypeConverter.ToBoolean(PageRealm.At(arguments, 1)))));
        Add("reload", _ => DomElements.Do(() => _realm.Page.Leave(WebUrl.TryParse(Url, out var here) ? here.WithoutFragment : Url, replaces: true)));
        Add("encode", arguments => _realm.Engine.Intrinsics.Uint8Array.Construct(Encoding.UTF8.GetBytes(Text(arguments, 0))));
        Add("decode", arguments => Decode(BytesOf(arguments[0]), Text(arguments, 1)));
        Add("btoa", arguments => Text(arguments, 0) is var text && text.All(static character => character < 256)
            ? Convert.ToBase64String(Encoding.Latin1.GetBytes(text)) : throw _realm.DomError("InvalidCharacterError", "The string to be encoded contains characters outside of the Latin1 range."));
        Add("atob", arguments => Unbase(Text(arguments, 0)));
        Add("random", arguments => Random(Math.Clamp(TypeConverter.ToInt32(arguments[0]), 0, 65536)));
        Add("now", _ => _realm.Page.Tasks.Read());
        Add("log", arguments => DomElements.Do(() => Log(Text(arguments, 0))));
        Add("timer", arguments => Task(arguments[0], arguments[1], TypeConverter.ToBoolean(arguments[2]), nests: true));
        Add("task", arguments => Task(arguments[0], PageRealm.At(arguments, 1), repeat: false, nests: false));
        Add("clear", arguments => DomElements.Do(() => _realm.Page.Tasks.Remove(TypeConverter.ToInt32(PageRealm.At(arguments, 0)))));
        Add("microtask", arguments => DomElements.Do(() => _realm.Promises.Microtask(arguments[0])));
        Add("report", arguments => DomElements.Do(() => _realm.Events.ReportError(new JavaScriptException(arguments[0]))));
        Add("compile", arguments => _realm.Engine.Construct(_realm.Engine.Intrinsics.Function, Text(arguments, 0)));
        Add("fire", arguments => _realm.Events.Fire((ObjectInstance)arguments[0], Text(arguments, 1), members: PageRealm.At(arguments, 2) as ObjectInstance));
        Add("handlers", arguments => DomElements.Do(() => Handlers((ObjectInstance)arguments[0], Text(arguments, 1))));
        Add("style", arguments => _realm.Node(arguments, 0) is IElement element ? new JsStyle(_realm, element, Visibility.Display(element)) : throw _realm.TypeError("Argument 1 is not of type 'Element'."));
        Add("html", arguments => _realm.Wrap(new HtmlParser(new HtmlParserOptions { IsScripting = false, IsNotConsumingCharacterReferences = false }).ParseDocument(Text(arguments, 0))));
        Add("outer", arguments => (JsValue)(arguments[0] is JsNode node ? node.Html : ""));
        Add("defineElement", arguments => DomElements.Do(() => _realm.Elements.Define(Text(arguments, 0), arguments[1])));
        Add("elementOf", arguments => _realm.Elements.Get(Text(arguments, 0)));
        Add("upgrade", arguments => DomElements.Do(() => _realm.Elements.Connected(_realm.Node(arguments, 0))));
        Add("request", arguments => ScriptRequests.Send(_realm, arguments));
        Add("cancel", arguments => DomElements.Do(() => _realm.Page.Network.Cancel((ulong)TypeConverter.ToNumber(arguments[0]))));
        Add("storageGet", arguments => StorageOf(arguments).Items.TryGetValue(Text(arguments, 1), out var value) ? value : JsValue.Null);
        Add("storageSet", arguments => StorageOf(arguments).Set(Text(arguments, 1), Text(arguments, 2))
            ? JsValue.Undefined : throw _realm.DomError("QuotaExceededError", $"Setting the value of '{LiveDocument.Shorten(Text(arguments, 1), 100)}' exceeded the quota."));
        Add("storageRemove", arguments => DomElements.Do(() => StorageOf(arguments).Remove(Text(arguments, 1))));
        Add("storageClear", arguments => DomElements.Do(() => StorageOf(arguments).Clear()));
        Add("storageKeys", arguments => new JsArray(_realm.Engine, [.. StorageOf(arguments).Items.Keys.Select(static key => (JsValue)key)]));
        return natives;
    }

    // The engine uses an array of arguments again after the call: a function that is called later is given by itself.
    private JsValue Task(JsValue callback, JsValue delay, bool repeat, bool nests) =>
        _realm.Page.Tasks.Add(delay.IsUndefined() ? 0 : TypeConverter.ToNumber(delay), () => _realm.Page.Call(callback, JsValue.Undefined), repeat, nests);

    private static byte[] BytesOf(JsValue value) => value.IsUint8Array() ? value.AsUint8Array() ?? [] : value.IsArrayBuffer() ? value.AsArrayBuffer() ?? [] : [];

    private void Handlers(ObjectInstance prototype, string types)
    {
        foreach (var type in types.Split(' '))
        {
            prototype.FastSetProperty("on" + type, new GetSetPropertyDescriptor(
                _realm.Function("get", 0, (self, _) => self is JsTarget target ? target.Listeners?.Handler(type) ?? JsValue.Null : JsValue.Null),
                _realm.Function("set", 1, (self, arguments) => DomElements.Do(() =>
                {
                    if (self is JsTarget target)
                        (target.Listeners ??= new EventListeners()).SetHandler(type, arguments[0] is ObjectInstance ? arguments[0] : null);
                })), enumerable: true, configurable: true));
        }
    }

    private JsValue Parse(string text, string? relativeTo)
    {
        WebUrl? basis = null;
        if ((relativeTo is not null && !WebUrl.TryParse(relativeTo, out basis)) || !WebUrl.TryParse(text, basis, null, out var url))
            return JsValue.Null;
        var href = url.ToString();
        return new JsArray(_realm.Engine, [.. ((string[])["href", "protocol", "username", "password", "host", "hostname", "port", "pathname", "search", "hash", "origin"]).Select(part => (JsValue)UrlPart(href, part))]);
    }

    private JsValue Decode(byte[] bytes, string label)
    {
        if (label is "utf-8" or "utf8")
            return Encoding.UTF8.GetString(bytes);
        var encoding = EncodingSniffer.ByMeta(label) ?? throw new JavaScriptException(_realm.Engine.Intrinsics.TypeError, $"The encoding label provided ('{label}') is invalid.");
        var text = new char[encoding.MaxChars(bytes.Length)];
        return new string(text, 0, encoding.Decode(bytes, text));
    }

    private JsValue Unbase(string text)
    {
        var clean = string.Concat(text.Where(static character => character is not (' ' or '\t' or '\n' or '\f' or '\r')));
        if (clean.Length % 4 == 0)
            clean = clean.EndsWith("==", StringComparison.Ordinal) ? clean[..^2] : clean.EndsWith('=') ? clean[..^1] : clean;
        try
        {
            return clean.Length % 4 == 1 || clean.Contains('=', StringComparison.Ordinal) ? throw new FormatException() : Encoding.Latin1.GetString(Convert.FromBase64String(clean + new string('=', (4 - clean.Length % 4) % 4)));
        }
        catch (FormatException)
        {
            throw _realm.DomError("InvalidCharacterError", "The string to be decoded is not correctly encoded.");
        }
    }

    private PageKeeping StorageOf(JsValue[] arguments) => TypeConverter.ToBoolean(arguments[0]) ? _storage : _session;

    private void Log(string text)
    {
        if (_logged++ < 200)
            _realm.Page.Log("console: " + LiveDocument.Shorten(LiveDocument.Collapse(text), 500));
    }

    private void Global(string name, JsValue value) => _realm.Engine.Global.FastSetProperty(name, new PropertyDescriptor(value, writable: true, enumerable: true, configurable: true));
}
