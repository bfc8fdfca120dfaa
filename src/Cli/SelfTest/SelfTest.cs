using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Routing;

namespace ActorBrowser.Cli;

/// <summary>
/// Uses once every Akka feature that the configuration can name by its class, to find those that do not work in this program as
/// compiled (trimmed or native).
/// </summary>
internal static partial class SelfTest
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static readonly (string Mailbox, string More)[] Mailboxes =
    [
        ("Akka.Dispatch.UnboundedMailbox", ""),
        ("Akka.Dispatch.BoundedMailbox", "mailbox-capacity = 10, mailbox-push-timeout-time = 1s"),
        ("Akka.Dispatch.UnboundedDequeBasedMailbox", ""),
        ("Akka.Dispatch.BoundedDequeBasedMailbox", "mailbox-capacity = 10, mailbox-push-timeout-time = 1s"),
        ("ActorBrowser.Cli.ShortestFirst, actorbrowser", ""),
    ];

    private static readonly (string Type, string Executor)[] Dispatchers =
    [
        ("Dispatcher", "default-executor"), ("Dispatcher", "thread-pool-executor"), ("Dispatcher", "fork-join-executor"),
        ("Dispatcher", "channel-executor"), ("Dispatcher", "task-executor"), ("PinnedDispatcher", "fork-join-executor"),
        ("TaskDispatcher", "task-executor"), ("ForkJoinDispatcher", "fork-join-executor"),
    ];

    /// <summary>Runs all checks and prints one line for each.</summary>
    /// <returns>How many failed.</returns>
    internal static async Task<int> RunAsync(TextWriter output)
    {
        var failed = 0;
        foreach (var (name, check) in Checks())
        {
            try
            {
                await check().WaitAsync(Limit).ConfigureAwait(false);
                await output.WriteLineAsync($"works   {name}").ConfigureAwait(false);
            }
            catch (Exception e)
            {
                // A feature may fail with any exception: report it.
                failed++;
                await output.WriteLineAsync($"FAILS   {name}: {e.GetType().Name}: {e.Message}").ConfigureAwait(false);
            }
        }
        return failed;
    }

    private static IEnumerable<(string Name, Func<Task> Check)> Checks()
    {
        yield return ("every class that the reference configurations name", () => WithSystemAsync("", ClassNamesAsync));
        yield return ("Ask", () => WithSystemAsync("", static system => EchoedAsync(system, Props.Create<EchoActor>())));
        yield return ("Props with constructor arguments", () => WithSystemAsync("", EventStreamAsync));
        yield return ("Stash", () => WithSystemAsync("", StashAsync));
        yield return ("timers", () => WithSystemAsync("", TimersAsync));
        yield return ("FSM", () => WithSystemAsync("", FsmAsync));
        yield return ("supervision: restart", () => WithSystemAsync("", static system => SupervisedAsync(system, Props.Create<GuardedActor>(), "restarted")));
        foreach (var (strategy, outcome) in new[] { ("DefaultSupervisorStrategy", "restarted"), ("StoppingSupervisorStrategy", "stopped") })
            yield return ($"guardian strategy {strategy}", () => WithSystemAsync($"akka.actor.guardian-supervisor-strategy = \"Akka.Actor.{strategy}\"", system => SupervisedAsync(system, Props.Create<FragileActor>(), outcome)));
        foreach (var (mailbox, more) in Mailboxes)
            yield return ($"mailbox {mailbox}", () => WithSystemAsync($"box {{ mailbox-type = \"{mailbox}\", {more} }}", static system => EchoedAsync(system, Props.Create<EchoActor>().WithMailbox("box"))));
        foreach (var (type, executor) in Dispatchers)
            yield return ($"dispatcher {type} on {executor}", () => WithSystemAsync($"line {{ type = {type}\n executor = {executor}\n throughput = 5\n dedicated-thread-pool.thread-count = 2\n channel-executor.priority = normal }}",
                static system => EchoedAsync(system, Props.Create<EchoActor>().WithDispatcher("line"))));
        foreach (var pool in (string[])["round-robin-pool", "random-pool", "smallest-mailbox-pool", "broadcast-pool", "tail-chopping-pool", "scatter-gather-pool"])
            yield return ($"router {pool}", () => WithSystemAsync($"akka.actor.deployment./pooled {{ router = {pool}, nr-of-instances = 2, within = 10s, tail-chopping-router.interval = 1s }}",
                static system => EchoedAsync(system, Props.Create<EchoActor>().WithRouter(FromConfig.Instance), "pooled")));
        foreach (var serializer in (string[])["json", "bytes"])
            yield return ($"serializer {serializer}", () => WithSystemAsync("", system => SerializedAsync(system, serializer)));
        yield return ("messages and actors' making checked by serializing them", () => WithSystemAsync("akka.actor { serialize-messages = on, serialize-creators = on }", static system => EchoedAsync(system, Props.Create<EchoActor>())));
        foreach (var logger in (string[])["Akka.Event.DefaultLogger", "Akka.Event.TraceLogger, Akka", "ActorBrowser.Cli.StderrLogger, actorbrowser", "ActorBrowser.Cli.CountingLogger, actorbrowser"])
            yield return ($"logger {logger}", () => WithSystemAsync($"akka.loglevel = WARNING, akka.loggers = [\"{logger}\"]", system => LoggedAsync(system, logger)));
        yield return ("scheduler", () => WithSystemAsync("", SchedulerAsync));
        yield return ("CoordinatedShutdown", ShutdownAsync);
    }

    private static async Task WithSystemAsync(string configuration, Func<ActorSystem, Task> check)
    {
        var system = Create(configuration);
        try
        {
            await check(system).ConfigureAwait(false);
        }
        finally
        {
            await system.Terminate().ConfigureAwait(false);
        }
    }

    private static ActorSystem Create(string configuration) => ActorSystem.Create("self-test", ConfigurationFactory.ParseString(configuration)
        .WithFallback(ConfigurationFactory.ParseString("akka { loglevel = OFF, stdout-loglevel = OFF, log-dead-letters = off }"))
        .WithFallback(ActorBrowserSettings.Reference));

    [UnconditionalSuppressMessage("Trimming", "IL2057", Justification = "This check tests whether the names resolve.")]
    private static Task ClassNamesAsync(ActorSystem system)
    {
        var text = system.Settings.Config.Root.ToString();
        var names = ClassName().Matches(text).Where(static match => match.Groups[2].Value is "" or "Akka").Select(static match => match.Groups[1].Value).Distinct().ToArray();
        var lost = names.Where(static name => Type.GetType(name + ", Akka", throwOnError: false) is null).ToArray();
        return names.Length < 30 ? throw new InvalidOperationException($"Only {names.Length} names were found.")
            : lost.Length > 0 ? throw new InvalidOperationException($"These are gone: {string.Join(", ", lost)}")
            : Task.CompletedTask;
    }

    private static async Task EchoedAsync(ActorSystem system, Props props, string? name = null)
    {
        var answer = await system.ActorOf(props, name).Ask<string>("hello", Limit).ConfigureAwait(false);
        if (answer != "hello")
            throw new InvalidOperationException($"The answer was '{answer}'.");
    }

    private static async Task EventStreamAsync(ActorSystem system)
    {
        var heard = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await ListenAsync(system, heard).ConfigureAwait(false);
        system.EventStream.Publish("news");
        await heard.Task.ConfigureAwait(false);
    }

    private static Task ListenAsync(ActorSystem system, TaskCompletionSource<string> heard) =>
        system.ActorOf(Props.Create(() => new ListeningActor(heard))).Ask<string>("anyone?", Limit);

    private static async Task StashAsync(ActorSystem system)
    {
        var actor = system.ActorOf<StashingActor>();
        var answer = actor.Ask<string>("kept", Limit);
        actor.Tell("open");
        await answer.ConfigureAwait(false);
    }

    private static Task TimersAsync(ActorSystem system) => system.ActorOf<TimedActor>().Ask<string>(TimeSpan.FromMilliseconds(10), Limit);

    private static async Task FsmAsync(ActorSystem system)
    {
        var door = system.ActorOf<DoorActor>();
        door.Tell("open");
        await door.Ask<string>("through", Limit).ConfigureAwait(false);
    }

    private static async Task SupervisedAsync(ActorSystem system, Props props, string outcome)
    {
        var heard = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await ListenAsync(system, heard).ConfigureAwait(false);
        system.ActorOf(props).Tell("fail");
        var happened = await heard.Task.ConfigureAwait(false);
        if (happened != outcome)
            throw new InvalidOperationException($"It was {happened}.");
    }

    private static Task SerializedAsync(ActorSystem system, string name)
    {
        object message = name == "json" ? new Letter("subject", 3, new[] { "one", "two" }) : new byte[] { 1, 2, 3 };
        var serializer = system.Serialization.FindSerializerFor(message);
        var copy = serializer.FromBinary(serializer.ToBinary(message), message.GetType());
        var same = copy is Letter letter ? letter is { Subject: "subject", Pages: 3, Lines: ["one", "two"] } : copy is byte[] bytes && bytes.AsSpan().SequenceEqual((byte[])message);
        return same ? Task.CompletedTask : throw new InvalidOperationException($"{serializer.GetType().Name} gave back {copy}.");
    }

    private static Task LoggedAsync(ActorSystem system, string logger)
    {
        Logging.GetLogger(system, "self-test").Warning("logged {0}", 1);
        return logger.Contains("Counting", StringComparison.Ordinal) ? CountingLogger.First.Task : Task.CompletedTask;
    }

    private static async Task SchedulerAsync(ActorSystem system)
    {
        var heard = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        system.Scheduler.Advanced.ScheduleOnce(TimeSpan.FromMilliseconds(10), () => heard.TrySetResult("time"));
        await heard.Task.ConfigureAwait(false);
    }

    private static async Task ShutdownAsync()
    {
        var system = Create("");
        var ran = false;
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseServiceStop, "self-test", () =>
        {
            ran = true;
            return Task.FromResult(Akka.Done.Instance);
        });
        await CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClrExitReason.Instance).ConfigureAwait(false);
        await system.WhenTerminated.ConfigureAwait(false);
        if (!ran)
            throw new InvalidOperationException("The task that was added did not run.");
    }

    // A class of the assembly Akka; classes of Akka's other assemblies are not part of this program.
    [GeneratedRegex(@"\b(Akka\.[A-Za-z0-9_.+]*[A-Za-z0-9_])(?:, ?([A-Za-z.]+))?")]
    private static partial Regex ClassName();
}
