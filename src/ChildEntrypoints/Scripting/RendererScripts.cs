using System.Runtime.CompilerServices;
using System.Text;
using ActorBrowser.ChildEntrypoints.Rendering;
using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>The scripts of a renderer's pages. It loads no engine before one is needed. Used on the work thread, unless a method says otherwise.</summary>
/// <param name="thread">The work thread.</param>
internal sealed class RendererScripts(WorkThread thread)
{
    private PageKeeping _storage = new();
    private PageKeeping _coming = new();
    private ulong _load;
    private ulong _unsettled;
    private ChildContext? _context;
    private Host? _host;
    private ulong _lastRequest = 1UL << 62;

    /// <summary>Called when the role starts, on the channel's thread.</summary>
    internal void Use(ChildContext context) => _context = context;

    /// <summary>The page was replaced: nothing of its scripts goes on.</summary>
    internal void Leave()
    {
        _host?.Leave();
        _host = null;
        Settled(new PageSettled("", 0, 0, false, default));
        // What has come until now is the next page's.
        (_storage, _coming) = (_coming, new PageKeeping { Cookies = _coming.Cookies });
    }

    /// <summary>A page is parsed.</summary>
    /// <param name="id">The load's id.</param>
    /// <param name="runs">Whether its scripts will run: their end is then reported once, whatever comes.</param>
    internal void Parsed(ulong id, bool runs) => (_load, _unsettled) = (id, runs ? id : 0);

    /// <summary>The cookies have changed, or are those of the next page.</summary>
    internal void OnCookies(in PageCookies cookies) => _storage.Cookies = _coming.Cookies = cookies.Cookies;

    /// <summary>What the next page's origin has stored.</summary>
    internal void OnStorage(in PageStorage storage) => _coming.Add(storage);

    private void Settled(in PageSettled settled)
    {
        if (_unsettled == 0)
            return;
        _context!.Write(_unsettled, settled);
        _context.Flush();
        _unsettled = 0;
    }

    /// <summary>Runs a page's own scripts.</summary>
    /// <param name="live">The page.</param>
    /// <param name="limits">Their limits.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void Start(LiveDocument live, ScriptLimits limits)
    {
        try
        {
            var page = Open(live, limits);
            page.Start(() => Settled(live.Settled(page.Ran, page.Failed, page.IsOver)));
        }
        catch (Exception e)
        {
            // A defect: the page is shown as it is.
            ActorBrowserChild.Fail(0, $"the page's scripts failed: {e.GetType().Name}: {e.Message}");
            Settled(live.Settled(0, 1, overBudget: false));
        }
    }

    /// <summary>Runs a script for the browser.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void Evaluate(ulong id, LiveDocument? live, EvaluateScript request)
    {
        if (live is null)
        {
            Answer(id, new ScriptFailed(ScriptFailure.NoDocument, "No page is loaded.", 0, 0));
            return;
        }
        try
        {
            var page = live.Scripts as ScriptedPage ?? Open(live, default);
            page.Evaluate(request, json => Answer(id, json), failed => Answer(id, failed));
        }
        catch (Exception e)
        {
            Answer(id, ScriptFailures.Of(e));
        }
    }

    /// <summary>An answer to a request of the page is here.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void OnResponse(ulong id, PageResponse response, PayloadAssembly payload)
    {
        using (payload)
            _host?.Page?.OnResponse(id, response, payload.Bytes.ToArray());
    }

    private ScriptedPage Open(LiveDocument live, ScriptLimits limits)
    {
        _host = new Host(this);
        if (limits.MaxMilliseconds > 0)
            _storage.Host = _host;
        var page = new ScriptedPage(live, _host, limits, _storage);
        _host.Page = page;
        live.Scripts = page;
        return page;
    }

    private void Answer(ulong id, string json)
    {
        if (_context!.TryWrite(id, new ScriptAnswer(json)) == WriteOutcome.TooLarge)
            _context.Write(id, new ScriptFailed(ScriptFailure.AnswerTooLarge, "The script's value is longer than a message may be.", 0, 0));
        _context.Flush();
    }

    private void Answer(ulong id, in ScriptFailed failed)
    {
        if (_context!.TryWrite(id, failed) == WriteOutcome.TooLarge)
            _context.Write(id, failed with { Message = "The error's message is longer than a message may be." });
        _context.Flush();
    }

    /// <summary>One page's host.</summary>
    private sealed class Host(RendererScripts owner) : IScriptHost
    {
        private readonly Timer _guard = new(static _ =>
        {
            ActorBrowserChild.Fail(ChildExitCodes.ScriptStuck, "a script did not stop when its time was over");
            CurrentProcess.ExitNow(ChildExitCodes.ScriptStuck);
        });

        private readonly HashSet<Timer> _timers = [];

        internal ScriptedPage? Page { get; set; }

        public ulong Request(in PageRequest request)
        {
            owner._context!.Write(++owner._lastRequest, request);
            owner._context.Flush();
            return owner._lastRequest;
        }

        public void Cancel(ulong id)
        {
            owner._context!.Write(id, default(PageRequestCancel));
            owner._context.RequestFlush();
        }

        public void Tell(in PageStorageChange change)
        {
            owner._context!.Write(0, change);
            owner._context.RequestFlush();
        }

        public void Navigate(string url, bool replaces)
        {
            owner._context!.Write(owner._load, new ScriptNavigation(url, replaces));
            owner._context.RequestFlush();
        }

        public void Later(int milliseconds, Action work)
        {
            Timer? timer = null;
            timer = new Timer(_ => owner.Post(() =>
            {
                _timers.Remove(timer!);
                timer!.Dispose();
                if (Page is not null)
                    work();
            }));
            _timers.Add(timer);
            timer.Change(milliseconds, Timeout.Infinite);
        }

        // A thread that runs a script that does not stop cannot be stopped: the process ends.
        public void Guard(int milliseconds) => _guard.Change(milliseconds == 0 ? Timeout.Infinite : milliseconds, Timeout.Infinite);

        public void Log(string line)
        {
            using var stderr = ActorBrowserChild.ErrorStream();
            stderr.Write(Encoding.UTF8.GetBytes(LiveDocument.Collapse(line) + "\n"));
        }

        internal void Leave()
        {
            Page = null;
            _guard.Dispose();
            foreach (var timer in _timers)
                timer.Dispose();
        }
    }

    private void Post(Action work) => thread.Add(work);
}
