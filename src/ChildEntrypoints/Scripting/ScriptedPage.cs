using ActorBrowser.ChildEntrypoints.Rendering;
using ActorBrowser.Transport;
using AngleSharp.Dom;
using Jint;
using Jint.Native;
using Jint.Runtime;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>The script engine of one page. Whatever runs in it, runs within a <see cref="ScriptLimit"/>.</summary>
internal sealed class ScriptedPage : IPageScripts
{
    /// <summary>How much longer than its time a script may take to stop before the process ends itself.</summary>
    internal const int Grace = 1000;

    private static readonly ScriptLimits s_evaluateOnly = new(10_000, 5_000, 256 << 20);

    private readonly LiveDocument _live;
    private readonly IScriptHost _host;
    private readonly ScriptLimits _limits;
    private readonly ScriptLimit _limit = new();
    private readonly ScriptEvaluations _evaluations;
    private int _depth;
    private double _clockEnd;
    private long _deadline;
    private long _waitsSince;
    private bool _hasLeft;

    /// <summary>Creates a page's engine.</summary>
    /// <param name="live">The page.</param>
    /// <param name="host">The renderer.</param>
    /// <param name="limits">The limits of the page's own scripts; all 0 if they do not run.</param>
    /// <param name="storage">Cookies and storage.</param>
    internal ScriptedPage(LiveDocument live, IScriptHost host, in ScriptLimits limits, PageKeeping storage)
    {
        (_live, _host) = (live, host);
        RunsPageScripts = limits.MaxMilliseconds > 0;
        _limits = RunsPageScripts ? limits : s_evaluateOnly;
        Tasks = new ScriptTasks();
        Network = new PageNetwork(host, RunsPageScripts ? null : Tasks);
        var modules = new PageModules(Network, live);
        Engine = new Engine(options =>
        {
            options.Constraints.StackOverflowGuard = true;
            options.Constraints.RegexTimeout = TimeSpan.FromSeconds(5);
            options.Constraints.MaxArraySize = 16 << 20;
            options.Json.MaxParseDepth = 1000;
            options.RetainFunctionSourceText = true;
            options.AgentCanSuspend = false;
            options.TimeZone = TimeZoneInfo.Utc;
            options.TimeSystem = new ScriptDates(Tasks);
            options.Constraint(_limit);
            options.EnableModules(modules);
        });
        Engine.Advanced.PromiseRejectionTracker += OnRejection;
        Realm = new PageRealm(Engine, live, this, storage);
        _evaluations = new ScriptEvaluations(this);
        Loader = new PageLoader(this, Realm, Network, modules);
    }

    internal Engine Engine { get; }

    internal PageRealm Realm { get; }

    internal ScriptTasks Tasks { get; }

    internal PageNetwork Network { get; }

    internal PageLoader Loader { get; }

    /// <summary>Whether the page's own scripts run, and not only those that are evaluated.</summary>
    internal bool RunsPageScripts { get; }

    /// <summary>The form that the page's scripts want to submit, and what submits it; null for none.</summary>
    public (IElement Form, IElement? Submitter)? WantedSubmission { get; set; }

    /// <summary>How many of the page's scripts have run.</summary>
    internal int Ran { get; set; }

    /// <summary>How many of the page's scripts have failed.</summary>
    internal int Failed { get; set; }

    /// <summary>Whether the page's scripts were stopped by a limit.</summary>
    internal bool IsOver { get; private set; }

    /// <summary>Runs the page's scripts.</summary>
    /// <param name="settled">Called once, when they have settled or their time is over.</param>
    internal void Start(Action settled)
    {
        var end = Environment.TickCount64 + _limits.MaxMilliseconds;
        Loader.Settled = () =>
        {
            Loader.Settled = null;
            settled();
        };
        _clockEnd = Tasks.Now + _limits.MaxClock;
        Enter(_limits.MaxMilliseconds, _limits.MaxBytes, Loader.Start);
        Go(end);
    }

    /// <summary>Runs a script for the browser.</summary>
    /// <param name="request">The script and its limits.</param>
    /// <param name="answer">Called once with the value.</param>
    /// <param name="fail">Or called once with the reason why there is none.</param>
    internal void Evaluate(in EvaluateScript request, Action<string> answer, Action<ScriptFailed> fail)
    {
        _clockEnd = Tasks.Now + request.Milliseconds;
        var deadline = Environment.TickCount64 + request.Milliseconds;
        if (_evaluations.Begin(request, deadline, answer, fail))
            Go(deadline);
        _live.OnChanged();
    }

    /// <inheritdoc/>
    public bool Dispatch(IElement target, string type, bool bubbles, bool cancelable, IElement? submitter = null)
    {
        var goesOn = true;
        Enter(_limits.MaxMilliseconds, _limits.MaxBytes, () => goesOn = Realm.Events.DispatchTrusted(target, type, bubbles, cancelable, submitter));
        _live.OnChanged();
        return goesOn;
    }

    /// <inheritdoc/>
    public void Settle()
    {
        _clockEnd = Tasks.Now + _limits.MaxClock;
        Go(Environment.TickCount64 + _limits.MaxMilliseconds);
    }

    /// <summary>An answer of the network is here.</summary>
    internal void OnResponse(ulong id, in PageResponse response, byte[] body)
    {
        if (Network.Take(id) is not { } waiting)
            return;
        Waited();
        var given = response;
        Enter(Math.Max(1, LeftOf(_deadline)), _limits.MaxBytes, () => waiting(given, body));
        Go(_deadline);
    }

    /// <summary>Runs host code that calls scripts, within limits.</summary>
    /// <returns>Why it was stopped; null if it ran to its end.</returns>
    internal ScriptFailed? Enter(int milliseconds, long bytes, Action run)
    {
        if (_depth > 0)
        {
            run();
            return null;
        }
        _depth++;
        _limit.Begin(milliseconds, bytes);
        _host.Guard(milliseconds + Grace);
        try
        {
            run();
            Engine.Advanced.ProcessTasks();
            return null;
        }
        catch (Exception e)
        {
            Engine.Advanced.ResetCallStack();
            var failed = ScriptFailures.Of(e);
            if (e is not JavaScriptException)
                Report(failed.Message);
            return failed;
        }
        finally
        {
            _depth--;
            _host.Guard(0);
        }
    }

    /// <summary>Calls a function of the page; what it throws is reported.</summary>
    internal JsValue Call(JsValue function, JsValue self, params JsValue[] arguments)
    {
        try
        {
            return function.Call(self, arguments);
        }
        catch (JavaScriptException e)
        {
            Realm.Events.ReportError(e);
            return JsValue.Undefined;
        }
    }

    /// <summary>Writes to the log that a script has failed.</summary>
    internal void Report(string message) => _host.Log($"script: {message}");

    /// <summary>A script leads to another page: the browser is told once, and then no more of the page's scripts run.</summary>
    internal void Leave(string url, bool replaces)
    {
        if (_hasLeft)
            return;
        _hasLeft = true;
        if (RunsPageScripts)
            _host.Navigate(url, replaces);
    }

    /// <summary>Writes a line to the log.</summary>
    internal void Log(string line) => _host.Log(line);

    /// <inheritdoc/>
    public void Dispose()
    {
        Network.CancelAll();
        Tasks.Clear();
        Engine.Dispose();
    }

    // The clock goes on while a loaded page waits. While it loads it stands still, so that no timer comes before a script that is only late.
    private void Waited()
    {
        if (_waitsSince > 0 && Loader.ReadyState == "complete")
            Tasks.Advance(Environment.TickCount64 - _waitsSince);
        _waitsSince = 0;
    }

    // Runs what can run; then waits for the network, or is done.
    private void Go(long deadline)
    {
        _deadline = Math.Max(_deadline, deadline);
        var stopped = Enter(Math.Max(1, LeftOf(_deadline)), _limits.MaxBytes, Drain);
        _live.OnChanged();
        _evaluations.Finish(stopped);
        var left = LeftOf(_deadline);
        if (stopped is { } why && why.Kind != ScriptFailure.Failed || left == 0)
        {
            IsOver = Loader.Settled is not null;
            Tasks.Clear();
            Network.CancelAll();
            Loader.Settled?.Invoke();
            return;
        }
        if (Network.IsBusy && !_hasLeft)
        {
            _waitsSince = Environment.TickCount64;
            var wait = Loader.ReadyState == "complete" ? Math.Max(1, (Tasks.NextDue ?? double.MaxValue) - Tasks.Now) : int.MaxValue;
            _host.Later((int)Math.Min(left, wait), () =>
            {
                Waited();
                Go(0);
            });
        }
        else
            Loader.Settled?.Invoke();
    }

    private void Drain()
    {
        do
            Engine.Advanced.ProcessTasks();
        while (!_hasLeft && (Tasks.RunNext(_clockEnd, mayJump: false) || Loader.Advance() || (!Network.IsBusy && Tasks.RunNext(_clockEnd, mayJump: true))));
    }

    internal static int LeftOf(long deadline) => (int)Math.Clamp(deadline - Environment.TickCount64, 0, int.MaxValue);

    private void OnRejection(object? sender, PromiseRejectionTrackerEventArgs rejection)
    {
        if (rejection.Operation == Jint.Native.Promise.PromiseRejectionOperation.Reject && !_evaluations.IsAny)
            Report($"unhandled rejection: {ScriptFailures.Describe(rejection.Value ?? JsValue.Undefined)}");
    }
}
