using ActorBrowser.ModelTests.Players;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.ModelTests;

/// <summary>The result of a run.</summary>
/// <param name="Failures">Broken invariants; empty for a good run.</param>
/// <param name="Trace">Each step, if requested.</param>
/// <param name="Fingerprint">Equal for two runs of one seed.</param>
/// <param name="Steps">The number of steps.</param>
internal sealed record Outcome(IReadOnlyList<string> Failures, IReadOnlyList<string> Trace, ulong Fingerprint, int Steps);

/// <summary>
/// One run: a whole browser with the real actors, played children, and the operations of a seed. First everything may happen; then
/// the run is calm, and each party must get its end; then new work must succeed; then the browser stops, and nothing may be left.
/// </summary>
internal sealed partial class World
{
    private const int MostSteps = 60_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static readonly ActorBrowserSettings Settings = ActorBrowserSettings.From(ConfigurationFactory.ParseString("""
        actorbrowser {
          restart { min-backoff = 50ms, max-backoff = 1s, jitter = 0, window = 20s, max-restarts = 4, give-up-for = 5s }
          child { max-starting = 1000000, handshake-timeout = 5s, shutdown-timeout = 2s, heartbeat-interval = 20d, heartbeat-timeout = 24d }
          fetch { total-timeout = 20s, queue-timeout = 30s, initial-credit = 1 KiB, max-pending = 12 }
          network { chunk = 1 KiB, shared-bodies = 0 }
          pools.image-decoder { spares = 1, max-processes = 2, max-waiting = 6, max-uses = 4, idle-timeout = 10s, queue-timeout = 30s, refill-after = 20ms }
          pools.renderer { spares = 1, max-processes = 2, max-waiting = 6, max-uses = 4, idle-timeout = 10s, queue-timeout = 30s, refill-after = 20ms }
        }
        """));

    private readonly ModelSystem _machine;
    private readonly IReadOnlyList<Operation> _operations;
    private readonly List<string>? _trace;
    private readonly List<string> _failures = [];
    private readonly List<FetchRecord> _fetches = [];
    private readonly List<Question> _questions = [];
    private readonly List<TabRecordOfUser> _tabs = [];
    private readonly List<IActorRef> _users = [];
    private readonly Dictionary<string, List<int>> _asked = [];
    private readonly Dictionary<IActorRef, int> _exits = [];
    private int _next;
    private int _children;
    private readonly bool _hasHostileChildren;

    internal World(ModelSystem machine, ulong seed, IReadOnlyList<Operation> operations, bool traced)
    {
        _machine = machine;
        _operations = operations;
        _trace = traced ? [] : null;
        Schedule = new Schedule(seed);
        _hasHostileChildren = Hashing.Mix(seed ^ 0xBAD) % 6 == 0;
    }

    internal Schedule Schedule { get; }

    /// <summary>Whether children and users now behave correctly.</summary>
    internal bool IsCalm { get; private set; }

    /// <summary>Whether children send what no honest child sends.</summary>
    internal bool IsHostile => _hasHostileChildren && !IsCalm;

    /// <summary>Whether the browser was told to stop.</summary>
    internal bool IsStopping { get; private set; }

    internal List<PlayedChild> Children { get; } = [];

    private IActorRef Browser { get; set; } = ActorRefs.Nobody;

    private TimeSpan Now => _machine.Time.Elapsed;

    internal int NextChild() => ++_children;

    internal void Fail(string problem)
    {
        _failures.Add(problem);
        _trace?.Add("!!! " + problem);
    }

    /// <summary>Records a request to a child.</summary>
    internal void Asked(string token, PlayedChild child, ulong id)
    {
        _trace?.Add($"    {child.Name} was asked for {token} under {id}");
        if (!_asked.TryGetValue(token, out var by))
            _asked.Add(token, by = []);
        by.Add(child.Id);
        if (by.Count > 1 && _fetches.Find(fetch => fetch.Token == token) is { } record && (by.Count > 2 || !record.Fetch.Replay))
            Fail($"{token} was asked for {by.Count} times, by {string.Join(", ", by)}");
    }

    internal bool WasAsked(string token, int processId) => _asked.TryGetValue(token, out var by) && by.Contains(processId);

    internal Outcome Run()
    {
        _machine.Begin(Schedule, OnPublished);
        Browser = _machine.System.ActorOf(BrowserActor.Props(Settings, new PlayedLauncher(this)), "browser");
        if (_operations.Count > 0)
            AddNextOperation();
        while (_next < _operations.Count && GoOn())
        {
        }
        IsCalm = true;
        if (Settle("it is calm") && !IsStopping)
        {
            CheckAnswers();
            Recover();
            CheckTables();
        }
        Stop();
        if (_machine.Escaped is { } escaped)
            Fail(escaped);
        return new Outcome(_failures, _trace ?? [], Schedule.Fingerprint, Schedule.Steps);
    }

    private bool GoOn()
    {
        if (_failures.Count > 0 || Schedule.Steps > MostSteps)
            return false;
        if (!IsCalm && _machine.Time.Armed > 0)
            AddTime();
        if (!Schedule.TryTake(out var turn))
            return false;
        SteppedQueue.LastTaken = null;
        turn.Run();
        _trace?.Add(SteppedQueue.LastTaken is { } message ? $"{turn.Name}: {Describe(message)}" : turn.Name);
        return true;
    }

    private static string Describe(object message) => message switch
    {
        RoleTraffic.WorkBatch from => string.Join(", ", from.Frames.Select(static frame => $"{frame.GetType().Name} {frame.Id}")),
        FetchProtocol.IEvent happened => $"{happened.GetType().Name} {happened.Id}",
        AllDeadLetters letter => $"a dead letter, {letter.Message.GetType().Name}",
        FetchProtocol.Fetch fetch => $"Fetch {fetch.Url}{(fetch.Streamed ? " streamed" : "")}{(fetch.Replay ? " replay" : "")}",
        _ => message.ToString() is { Length: > 120 } text ? text[..120] : message.ToString()!,
    };

    private bool _timeIsTurn;

    private void AddTime()
    {
        if (_timeIsTurn)
            return;
        _timeIsTurn = true;
        Schedule.Add("time passes", () =>
        {
            _timeIsTurn = false;
            if (!IsCalm)
                _machine.Time.Pass();
        }, weight: 0.05);
    }

    private void AddNextOperation() => Schedule.Add("next operation", () =>
    {
        var operation = _operations[_next++];
        _trace?.Add($"*** {operation}");
        Do(operation);
        if (_next < _operations.Count)
            AddNextOperation();
    }, weight: 0.6);

    // Adds no new events, only consequences of past ones: time passes when no party can act.
    private bool Settle(string since)
    {
        var deadline = Now + Patience;
        while (_failures.Count == 0)
        {
            if (GoOn())
                continue;
            if (Schedule.Steps > MostSteps)
                Fail($"Since {since} it does not come to rest: {string.Join(", ", Schedule.Names.Take(5))}");
            if (_failures.Count == 0)
                CheckProgress();
            if (_failures.Count > 0 || !Waiting().Any())
                break;
            if (Now > deadline || !_machine.Time.Pass())
                Fail($"Since {since} nothing happens any more, and these wait: {string.Join(", ", Waiting())}");
        }
        return _failures.Count == 0;
    }

    private IEnumerable<string> Waiting() =>
    [
        .. _fetches.Where(static fetch => !fetch.IsOver).Select(static fetch => fetch.Token),
        .. _questions.Where(static question => !question.IsOver).Select(static question => question.Name),
        .. _tabs.Where(static tab => !tab.IsOver).Select(static tab => tab.Name),
    ];

    // After a time longer than any backoff and pause, a new fetch, image, page and child work.
    private void Recover()
    {
        var until = Now + TimeSpan.FromSeconds(40);
        while (Now < until && _failures.Count == 0 && (GoOn() || _machine.Time.Pass()))
        {
        }
        var fetch = AddFetch(byQuestion: false, static fetch => fetch);
        Decode(byQuestion: false, "site", default);
        var tab = AddTab();
        if (!Settle("new work was asked for"))
            return;
        tab.Tab!.Tell(new TabProtocol.Navigate("http://pages/probe"));
        tab.Loading = -1;
        if (!Settle("a new page was asked for"))
            return;
        if (fetch.End is not (FetchProtocol.FetchResponse or FetchProtocol.FetchFailed { Kind: Transport.FetchErrorKind.Protocol }))
            Fail($"A new fetch failed after all had calmed down: {fetch.End}");
        if (_questions[^1].Answer is not ImageProtocol.DecodeRefused { Kind: Transport.DecodeFailure.Malformed })
            Fail($"A new image failed after all had calmed down: {_questions[^1].Answer}");
        if (tab.Outcome is not (TabProtocol.LoadFinished or TabProtocol.LoadFailed))
            Fail($"A new page failed after all had calmed down: {tab.Outcome}");
        Settle("all calmed down again");
    }

    private void Stop()
    {
        if (!IsStopping)
            StopBrowser();
        IsCalm = true;
        while (GoOn())
        {
        }
        foreach (var fetch in _fetches)
            fetch.Finish();
        foreach (var question in _questions)
            question.Finish();
        if (_failures.Count == 0)
            CheckNothingIsLeft();
        // The next run needs the names.
        foreach (var user in _users)
            _machine.System.Stop(user);
        _machine.System.Stop(Browser);
        while (Schedule.TryTake(out var turn))
            turn.Run();
    }

    private void OnPublished(object published)
    {
        switch (published)
        {
            case Error { Cause: { } cause } error when !Poisons.Explains(cause):
                Fail($"{error.LogSource}: {cause}");
                break;
            case ChildExited exited:
                _exits[exited.Child] = _exits.GetValueOrDefault(exited.Child) + 1;
                if (_exits[exited.Child] > 1)
                    Fail($"The exit of {exited.Role} {exited.ProcessId} was told {_exits[exited.Child]} times");
                break;
            default:
                break;
        }
    }
}
