using System.Text;
using ActorBrowser.ChildEntrypoints.Rendering;
using ActorBrowser.Transport;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using Jint.Runtime;
using Jint.Runtime.Modules;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>
/// Runs the scripts of a page in their order, and tells the page when it is loaded. The page is parsed before its first script runs: a script
/// sees what comes after it.
/// </summary>
internal sealed class PageLoader(ScriptedPage page, PageRealm realm, PageNetwork network, PageModules modules)
{
    private readonly Queue<Work> _blocking = new();
    private readonly Queue<Work> _deferred = new();
    private int _pending;
    private INode? _written;

    /// <summary>One script.</summary>
    private sealed class Work(IHtmlScriptElement element, bool isModule)
    {
        internal IHtmlScriptElement Element => element;

        internal bool IsModule => isModule;

        internal string? Url { get; init; }

        internal string? Code { get; set; }

        internal bool IsFetched { get; set; }

        internal ModuleImportOperation? Import { get; set; }
    }

    /// <summary>Called once the scripts have settled; null if no caller waits for that.</summary>
    internal Action? Settled { get; set; }

    /// <summary>The document's state.</summary>
    internal string ReadyState { get; private set; } = "complete";

    /// <summary>The classic script that runs now.</summary>
    internal IElement? CurrentScript { get; private set; }

    /// <summary>Begins with the scripts of the page's HTML.</summary>
    internal void Start()
    {
        ReadyState = "loading";
        foreach (var script in realm.Document.QuerySelectorAll("script").OfType<IHtmlScriptElement>().ToArray())
            Prepare(script, isParsed: true);
    }

    /// <summary>A script put a script into the document.</summary>
    internal void Inserted(IHtmlScriptElement script)
    {
        if (script.HasAttribute("src") || script.HasChildNodes)
            Prepare(script, isParsed: false);
    }

    /// <summary>Does what is next on the way to the page's load event.</summary>
    /// <returns>False if that waits for the network, or is done.</returns>
    internal bool Advance()
    {
        switch (ReadyState)
        {
            case "loading":
                if (Next(_blocking))
                    return true;
                if (_blocking.Count > 0)
                    return false;
                Become("interactive");
                return true;
            case "interactive":
                if (Next(_deferred))
                    return true;
                if (_deferred.Count > 0)
                    return false;
                ReadyState = "contentloaded";
                realm.Events.DispatchTrusted(realm.Document, "DOMContentLoaded", bubbles: true, cancelable: false);
                return true;
            case "contentloaded" when _pending == 0:
                Become("complete");
                realm.Events.Fire(realm.Engine.Global, "load");
                realm.Events.Fire(realm.Engine.Global, "pageshow");
                return true;
            default:
                return false;
        }
    }

    /// <summary><c>document.write</c>: what a script writes stands after it. After the page was parsed, nothing is written.</summary>
    internal void Write(string html)
    {
        if (CurrentScript?.Parent is not IElement parent)
            return;
        var fragment = realm.Tree.Parse(html, parent, runsScripts: true);
        var last = fragment.LastChild;
        realm.Tree.Insert(parent, fragment, DomNodes.Sibling(realm, _written?.Parent == parent ? _written : CurrentScript, 1, static _ => true));
        _written = last ?? _written;
    }

    private void Become(string state)
    {
        ReadyState = state;
        realm.Events.DispatchTrusted(realm.Document, "readystatechange", bubbles: false, cancelable: false);
    }

    private bool Next(Queue<Work> queue)
    {
        if (!queue.TryPeek(out var work))
            return false;
        if (work.IsModule)
        {
            work.Import ??= Import(work);
            if (work.Import is { IsCompleted: false })
                return false;
            queue.Dequeue();
            Done(work, work.Import is { IsFaulted: false });
            return true;
        }
        if (!work.IsFetched)
            return false;
        queue.Dequeue();
        Run(work);
        return true;
    }

    private void Prepare(IHtmlScriptElement script, bool isParsed)
    {
        var type = (script.GetAttribute("type") ?? script.GetAttribute("language") ?? "").Trim().ToLowerInvariant();
        var isModule = type == "module";
        if (type == "importmap")
        {
            if (realm.Tree.Start(script))
                modules.AddMap(script.TextContent);
            return;
        }
        var isClassic = type is "" or "javascript" or "text/javascript" or "application/javascript" or "text/ecmascript" or "application/ecmascript" or "application/x-javascript" or "text/jscript" or "text/x-javascript";
        if ((!isModule && !isClassic) || (isClassic && script.HasAttribute("nomodule")) || !realm.Tree.Start(script))
            return;
        var source = script.GetAttribute("src");
        var work = new Work(script, isModule) { Url = source is null ? null : realm.Live.Resolve(source), Code = source is null ? script.TextContent : null, IsFetched = source is null };
        if (source is not null && work.Url is null)
        {
            page.Tasks.Add(0, () => realm.Events.DispatchTrusted(script, "error", bubbles: false, cancelable: false));
            return;
        }
        var isAsync = script.HasAttribute("async") || !isParsed;
        if (isModule)
            PrepareModule(work, isAsync);
        else
            PrepareClassic(work, isAsync && work.Url is not null, isParsed);
    }

    private void PrepareModule(Work work, bool isAsync)
    {
        if (!isAsync)
        {
            _deferred.Enqueue(work);
            return;
        }
        _pending++;
        work.Import = Import(work);
        Watch(work);
    }

    // An asynchronous module: looked at until it is there.
    private void Watch(Work work) => realm.Promises.Then(work.Import!.Promise, _ => End(work, true), _ => End(work, false));

    private void PrepareClassic(Work work, bool isAsync, bool isParsed)
    {
        if (work.Url is not null)
            Fetch(work, isAsync);
        if (isAsync)
            return;
        if (!isParsed)
            Run(work);
        else if (work.Url is not null && work.Element.HasAttribute("defer"))
            _deferred.Enqueue(work);
        else
            _blocking.Enqueue(work);
    }

    private void Fetch(Work work, bool isAsync)
    {
        if (isAsync)
            _pending++;
        var cors = work.Element.GetAttribute("crossorigin");
        network.Send(
            new PageRequest(PageRequestKind.Script, "GET", work.Url!, [], default, cors is null ? PageRequestMode.NoCors : PageRequestMode.Cors,
                cors is null or "use-credentials" ? PageRequestCredentials.Include : PageRequestCredentials.SameOrigin, PageRequestRedirect.Follow),
            (response, body) =>
            {
                work.IsFetched = true;
                if (response.Outcome != PageResult.Failed && response.Status is 0 or (>= 200 and <= 299))
                    work.Code = Decode(body, response, work.Element);
                else
                    page.Report($"{LiveDocument.Shorten(work.Url!, 300)} was not loaded: {(response.Message.Length > 0 ? response.Message : $"status {response.Status}")}");
                if (!isAsync)
                    return;
                _pending--;
                Run(work);
            });
    }

    private static string Decode(byte[] body, in PageResponse response, IElement script)
    {
        var charset = response.Headers.FirstOrDefault(static field => field.Name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)).Value is { } type && type.IndexOf("charset=", StringComparison.OrdinalIgnoreCase) is >= 0 and var at
            ? type[(at + 8)..].Split(';')[0].Trim('"', ' ') : script.GetAttribute("charset");
        if (charset is null || charset.StartsWith("utf", StringComparison.OrdinalIgnoreCase))
            return Encoding.UTF8.GetString(body).TrimStart('\uFEFF');
        var encoding = EncodingSniffer.ByMeta(charset);
        if (encoding is null)
            return Encoding.UTF8.GetString(body);
        var text = new char[encoding.MaxChars(body.Length)];
        return new string(text, 0, encoding.Decode(body, text));
    }

    private void Run(Work work)
    {
        if (work.Code is not { } code)
        {
            page.Failed++;
            realm.Events.DispatchTrusted(work.Element, "error", bubbles: false, cancelable: false);
            return;
        }
        var (before, written) = (CurrentScript, _written);
        (CurrentScript, _written) = (work.Element, null);
        page.Ran++;
        try
        {
            page.Engine.Execute(code, work.Url ?? realm.Window.Url);
        }
        catch (JavaScriptException e)
        {
            page.Failed++;
            realm.Events.ReportError(e);
        }
        finally
        {
            (CurrentScript, _written) = (before, written);
        }
        if (work.Url is not null)
            realm.Events.DispatchTrusted(work.Element, "load", bubbles: false, cancelable: false);
    }

    private ModuleImportOperation? Import(Work work)
    {
        try
        {
            return page.Engine.Modules.StartImport(work.Url ?? modules.Add(work.Code!));
        }
        catch (JavaScriptException e)
        {
            realm.Events.ReportError(e);
            return null;
        }
    }

    private void End(Work work, bool succeeded)
    {
        _pending--;
        Done(work, succeeded);
    }

    private void Done(Work work, bool succeeded)
    {
        page.Ran++;
        if (!succeeded)
        {
            page.Failed++;
            if (work.Import?.Error is { } error)
                realm.Events.ReportError(new JavaScriptException(error));
        }
        if (work.Url is not null)
            realm.Events.DispatchTrusted(work.Element, succeeded ? "load" : "error", bubbles: false, cancelable: false);
    }
}
