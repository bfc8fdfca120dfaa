using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Configuration;
using Xunit;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.WindowsTests;

/// <summary>The end of what a command has left behind: orders after the command itself has exited. The browser is in this process.</summary>
public sealed class KillSpecs : IAsyncLifetime
{
    private readonly ActorSystem _system = ActorSystem.Create("spec", ConfigurationFactory.ParseString(
        $"akka {{ loglevel = OFF, stdout-loglevel = OFF }}\nactorbrowser.child.executable = \"{Launching.Program.Replace("\\", "\\\\", StringComparison.Ordinal)}\""));

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _system.Terminate();

    [Fact]
    public async Task A_kill_after_its_exit_ends_what_a_command_has_left_behind()
    {
        var (end, _) = await EndLeftoverAsync("wait", static command => command.Session.Tell(new CommandProtocol.SendSignal(9)));
        Assert.Equal((3, ExitCause.Itself), (end.Exit.ExitCode, end.Exit.Cause));
    }

    [Fact]
    public async Task An_end_with_a_grace_after_its_exit_is_told_to_what_a_command_has_left_behind()
    {
        var (end, output) = await EndLeftoverAsync("interrupted", static command => command.Session.Tell(new CommandProtocol.Terminate(TimeSpan.FromMinutes(2))));
        Assert.Equal(3, end.Exit.ExitCode);
        Assert.Contains("interrupted by", output, StringComparison.Ordinal);
    }

    // The drain timeout is longer than the patience: only the order ends it in time.
    private async Task<(CommandClosed End, string Output)> EndLeftoverAsync(string helper, Action<Spawned> order)
    {
        var commands = BrowserClient.For(_system.StartActorBrowser()).Commands;
        using var over = new CancellationTokenSource(Launching.Patience);
        var command = await commands.StartAsync(
            new Spawn([Launching.Program, Helper.Argument, "leave", helper]) { DrainTimeout = TimeSpan.FromMinutes(2) }, over.Token);
        var output = "";
        var (hasExited, isOrdered) = (false, false);
        await foreach (var happened in commands.EventsAsync(command.Handle, cancellation: over.Token))
        {
            hasExited |= happened is CommandExited;
            if (happened is OutputChunk chunk)
                output += System.Text.Encoding.UTF8.GetString(chunk.Data.Span);
            if (hasExited && !isOrdered && output.Contains("waiting", StringComparison.Ordinal))
            {
                isOrdered = true;
                order(command);
            }
            if (happened is CommandClosed closed)
                return (closed, output);
        }
        throw new InvalidOperationException("The command was never closed.");
    }
}
