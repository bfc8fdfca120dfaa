using System.Collections;
using System.Reflection;
using Akka.Actor;

namespace ActorBrowser.ModelTests;

/// The invariants of a quiet browser.
internal sealed partial class World
{
    private const BindingFlags Inside = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    // Tables that hold an actor's parts or a bounded history, and not pending requests.
    private static readonly HashSet<string> Lasting =
    [
        "BrowserActor._services", "BrowserActor._pools", "BrowserActor._spawned", "PoolWorkers._all", "RestartBudget._losses", "LateMessages._exits", "LateMessages._order",
        "CrashJournal._reports", "ChildProcessActor._roleArgs", "ProcessRoster._running", "ProcessRoster._losses", "TabHistory._urls", "EgressRules._granting", "EgressRules._denying",
        "NetworkGate._known", "NetworkGate._knownInOrder",
    ];

    private void CheckAnswers()
    {
        foreach (var fetch in _fetches)
            fetch.Finish();
        foreach (var question in _questions)
            question.Finish();
    }

    private void CheckTables()
    {
        if (_failures.Count > 0)
            return;
        // Long-lived tokens hold no reference to fetches that have ended: cancelling them reaches no actor.
        foreach (var source in _fetches.Select(static fetch => fetch.Source).Concat(_questions.Select(static question => question.Source)))
            source?.Cancel();
        if (Schedule.Count > 0)
            Fail($"A token still knows who has ended: {string.Join(", ", Schedule.Names)}");
        foreach (var actor in Everybody(Browser))
            CheckTablesOf(actor);
        foreach (var child in Children.Where(static child => child.IsAtWork))
        {
            if (child.Unfinished is { } unfinished)
                Fail($"{child.Name} still works for nobody: {unfinished}");
        }
    }

    // No party can act, and time is about to pass: whatever is waited for must be in progress.
    private void CheckProgress()
    {
        if (IsStopping)
            return;
        foreach (var name in (string[])["decoders", "renderers"])
        {
            if (ModelSystem.Behind(ModelSystem.ChildOf(Browser, name)) is not WorkerPool pool || Get(Get(pool, "_health")!, "Problem") is not null)
                continue;
            var (waiting, limits) = ((ICollection)Get(Get(pool, "_queue")!, "_waiting")!, (PoolSettings)Get(pool, "_limits")!);
            var workers = ((IEnumerable)((IDictionary)Get(Get(pool, "_workers")!, "_all")!).Values).Cast<object>().ToArray();
            var lent = workers.Count(static worker => Get(worker, "Lease") is not null);
            var starting = workers.Count(static worker => Get(worker, "Router") is null);
            if (waiting.Count > 0 && starting == 0 && lent < limits.MaxProcesses)
                Fail($"{waiting.Count} wait for one of the {name}, of which {lent} are lent, {workers.Length - lent} idle, and none is started");
        }
        if (ModelSystem.Behind(ModelSystem.ChildOf(Browser, "fetch")) is FetchCoordinator fetch && ModelSystem.Behind(ModelSystem.ChildOf(Browser, "network")) is ChildSupervisor supervisor
            && ((ICollection)Get(Get(fetch, "_queue")!, "_waiting")!).Count > 0 && Get(supervisor, "_router") is not null)
            Fail("Fetches wait for a network child, and there is one");
        if (ModelSystem.Behind(ModelSystem.ChildOf(Browser, "fetch")) is FetchCoordinator some && ModelSystem.Behind(ModelSystem.ChildOf(Browser, "network")) is ChildSupervisor idle
            && ((ICollection)Get(Get(some, "_queue")!, "_waiting")!).Count > 0 && ((IActorRef)Get(idle, "_child")!).IsNobody() && ((ICollection)Get(Get(idle, "Timers")!, "_entries")!).Count == 0)
            Fail("Fetches wait for a network child, and none is started");
    }

    private static object? Get(object from, string name) =>
        from.GetType().GetField(name, Inside) is { } field ? field.GetValue(from) : from.GetType().GetProperty(name, Inside)!.GetValue(from);

    private void CheckTablesOf(IActorRef reference)
    {
        if (ModelSystem.Behind(reference) is { } actor)
            CheckTablesOf(actor, reference.Path.Name, new HashSet<object>(ReferenceEqualityComparer.Instance));
    }

    // An actor's tables are its own fields and those of the parts that it is made of.
    private void CheckTablesOf(object part, string actor, HashSet<object> seen)
    {
        foreach (var field in part.GetType().GetFields(Inside))
        {
            var name = $"{part.GetType().Name}.{field.Name}";
            var value = field.GetValue(part);
            if (value is ICollection { Count: > 0 and var count } && !Lasting.Contains(name))
                Fail($"{name} of {actor} still has {count}");
            if (value is ChildRouter { InFlight.Length: > 0 and var flying })
                Fail($"{name} of {actor} still has {flying} in flight");
            if (value is ChildRequests { InFlight.Count: > 0 and var pending })
                Fail($"{name} of {actor} still has {pending} in flight");
            if (value is SupervisorMemory { Users.Count: not 1 and var users })
                Fail($"{name} of {actor} has {users} users");
            if (value is not null && IsPart(value.GetType()) && seen.Add(value))
                CheckTablesOf(value, actor, seen);
        }
    }

    // Records are settings and messages; timers at rest are the actor's own business.
    private static bool IsPart(Type type) =>
        type is { IsClass: true, IsArray: false } && type.Assembly == typeof(FetchCoordinator).Assembly && type != typeof(ActorTimers)
        && !typeof(Delegate).IsAssignableFrom(type) && type.GetMethod("<Clone>$") is null;

    private void CheckNothingIsLeft()
    {
        foreach (var child in Children.Where(static child => child.IsAlive))
            Fail($"{child.Name} outlives the browser");
        foreach (var one in Waiting())
            Fail($"{one} still waits, and the browser has stopped");
        foreach (var fetch in _fetches.Where(static fetch => fetch is { End: null, IsExcused: false }))
            Fail($"{fetch.Token} has had no end");
        // Only in long explorations: one schedule in some 40,000 leaves a timer in one process and none in the next. Something about
        // it is still outside the schedule, and a test that runs each time must not depend on it.
        if (_machine.Time.Armed > 0 && Environment.GetEnvironmentVariable("ACTORBROWSER_MODEL_SCHEDULES") is not null)
            Fail($"{_machine.Time.Armed} timers are left");
        if (Everybody(Browser).Skip(1).FirstOrDefault() is { } left)
            Fail($"{left.Path} is left");
    }
}
