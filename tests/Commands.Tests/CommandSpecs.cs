using Akka.Actor;
using Akka.TestKit.Xunit2;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.CommandsTests;

/// <summary>Base: a browser with a real command runner; every test checks that nothing is left behind.</summary>
public abstract class CommandSpecs : TestKit
{
    private const string Overrides = """
        akka.loglevel = WARNING
        akka.log-dead-letters = off
        actorbrowser.commands.grace = 300ms
        """;

    protected CommandSpecs(string more = "") : base($"{more}\n{Overrides}\nactorbrowser.child.executable = \"{TestChildProgram.Path}\"") =>
        Browser = Sys.StartActorBrowser();

    protected IActorRef Browser { get; }

    protected async Task<Spawned> SpawnAsync(Spawn spawn) => await Browser.Ask<IEvent>(spawn, Deadline.Long) switch
    {
        Spawned spawned => spawned,
        var other => throw new InvalidOperationException($"{other}"),
    };

    protected Task<Spawned> ShellAsync(string line) => SpawnAsync(Spawn.Shell(line));

    protected Task<SpawnRefused> RefusedAsync(Spawn spawn) => Browser.Ask<SpawnRefused>(spawn, Deadline.Long);

    // A flood may take its total timeout of a minute on a loaded machine.
    protected async Task<CommandSnapshot> EndOfAsync(Spawned command) => (await Browser.Ask<Waited>(new Wait(command.Handle), Deadline.Long * 4)).Snapshot;

    protected async Task<CommandSnapshot> RunAsync(Spawn spawn) => await EndOfAsync(await SpawnAsync(spawn));

    protected Task<CommandSnapshot> RunShellAsync(string line) => RunAsync(Spawn.Shell(line));

    protected Task<CommandSnapshot> KillAsync(Spawned command, TimeSpan? grace = null) =>
        Browser.Ask<CommandSnapshot>(new KillCommand(command.Handle, grace), Deadline.Long);

    /// <summary>Waits until a command has written this text.</summary>
    protected async Task<CommandSnapshot> UntilOutputAsync(Spawned command, string text)
    {
        var probe = CreateTestProbe();
        command.Session.Tell(new Subscribe(probe) { Text = true });
        var seen = "";
        while (!seen.Contains(text, StringComparison.Ordinal))
        {
            seen += await probe.ReceiveOneAsync(Deadline.Long) switch
            {
                OutputText piece => piece.Text,
                null => throw new TimeoutException($"'{text}' did not come; this did: {seen}"),
                _ => "",
            };
        }
        command.Session.Tell(new Unsubscribe(probe));
        return await command.Session.Ask<CommandSnapshot>(GetSnapshot.Instance, Deadline.Long);
    }
}
