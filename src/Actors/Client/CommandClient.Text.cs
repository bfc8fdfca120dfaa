using System.Runtime.CompilerServices;
using System.Text;
using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// Runs with text as input, and output as lines.
public sealed partial class CommandClient
{
    /// <summary>Runs a command to its end with a text as standard input. Linux only.</summary>
    /// <param name="spawn">The command; it sets no input.</param>
    /// <param name="input">The whole standard input, encoded as UTF-8. The command need not read it.</param>
    /// <param name="cancellation">Ends the command: TERM, then KILL after its grace.</param>
    /// <returns>The exit, and the retained output.</returns>
    /// <exception cref="CommandRefusedException">The command was not started.</exception>
    /// <exception cref="CommandCancelledException">The command was cancelled while it ran, and is gone. The exception carries its output.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before the command ran.</exception>
    /// <exception cref="BrowserStoppedException">The browser is stopping or has stopped. If its stop ended the command, the exception carries the output.</exception>
    public async Task<CommandSnapshot> RunAsync(Spawn spawn, string input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(spawn);
        ArgumentNullException.ThrowIfNull(input);
        if (spawn.Input != CommandInput.None || spawn.Output == CommandOutput.Terminal)
            throw new ArgumentException("A command with a text as input has no other input: Input must be None, and Output must not be Terminal.", nameof(spawn));
        if (input.Length == 0)
            return await RunAsync(spawn, cancellation).ConfigureAwait(false);
        if (!OperatingSystem.IsLinux())
            throw new PlatformNotSupportedException("A text as standard input needs Linux: use CommandInput.Pipe and WriteInput.");
        cancellation.ThrowIfCancellationRequested();
        SafeDescriptor memory;
        try
        {
            memory = Payload.Share(Encoding.UTF8.GetBytes(input));
        }
        catch (SystemCallException e)
        {
            throw new CommandRefusedException(new SpawnRefused(SpawnFailure.NoResources, e.Errno, $"There is no memory for the input of {input.Length} characters: {e.Message}"));
        }
        // Disposes the memory again, in case the command was given up before a receiver took it.
        using (memory)
            return await RunAsync(spawn with { Input = CommandInput.Descriptor, InputDescriptor = memory }, cancellation).ConfigureAwait(false);
    }

    /// <summary>Starts a command and reads its output line by line. The command waits for a slow reader, and is ended when the enumeration stops.</summary>
    /// <param name="spawn">The command; it sets no subscription.</param>
    /// <param name="ended">Called with the command's exit after the last line.</param>
    /// <param name="cancellation">Ends the enumeration and the command.</param>
    /// <exception cref="CommandRefusedException">The command was not started.</exception>
    /// <exception cref="BrowserStoppedException">The browser stopped before it reported the command's end.</exception>
    public async IAsyncEnumerable<OutputLine> LinesAsync(
        Spawn spawn, Action<CommandExit>? ended = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(spawn);
        if (spawn.Subscription is not null)
            throw new ArgumentException("A command whose lines are read takes no other subscription: Subscription must be null.", nameof(spawn));
        cancellation.ThrowIfCancellationRequested();
        var life = await _client.LifeAsync(cancellation).ConfigureAwait(false);
        var subscription = new Subscribe(ActorRefs.Nobody) { Text = true, Credit = Ahead };
        var lines = new OutputLines();
        await foreach (var happened in ReadAsync(life, events => CommandReader.Starting(life.Browser, spawn, subscription, events), cancellation).ConfigureAwait(false))
        {
            if (happened is CommandClosed closed)
            {
                foreach (var line in lines.End())
                    yield return line;
                ended?.Invoke(closed.Exit);
            }
            else if (happened is OutputText text)
            {
                foreach (var line in lines.Add(text.Stream, text.Text))
                    yield return line;
            }
        }
    }
}
