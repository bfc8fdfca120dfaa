using System.Runtime.CompilerServices;
using System.Text;
using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <content>Text in, lines out.</content>
public sealed partial class CommandClient
{
    /// <summary>Runs a command to its end with a text as its standard input. Linux.</summary>
    /// <param name="spawn">What; it names no input of its own.</param>
    /// <param name="input">All that the command can read, as UTF-8. It need not read it.</param>
    /// <param name="cancellation">Ends the command: TERM, and KILL after its grace.</param>
    /// <returns>Its exit, and what is kept of its output.</returns>
    /// <exception cref="CommandRefusedException">It was not started.</exception>
    /// <exception cref="CommandCancelledException">It was cancelled while it ran; by then it is gone. The exception has its output.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before it ran.</exception>
    /// <exception cref="BrowserStoppedException">The browser has stopped, or is stopping.</exception>
    public async Task<CommandSnapshot> RunAsync(Spawn spawn, string input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(spawn);
        ArgumentNullException.ThrowIfNull(input);
        if (spawn.Input != CommandInput.None || spawn.Output == CommandOutput.Terminal)
            throw new ArgumentException("A command that is given a text has no other input: Input must be None, and Output no terminal.", nameof(spawn));
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
            throw new CommandRefusedException(new SpawnRefused(SpawnFailure.NoResources, e.Errno, $"The input of {input.Length} characters has no memory: {e.Message}"));
        }
        // Disposed once more where the command was given up before a receiver took it.
        using (memory)
            return await RunAsync(spawn with { Input = CommandInput.Descriptor, InputDescriptor = memory }, cancellation).ConfigureAwait(false);
    }

    /// <summary>Starts a command and reads its output line by line. The command waits for a slow reader, and is ended when the reading stops.</summary>
    /// <param name="spawn">What; it has no subscription.</param>
    /// <param name="ended">Called with the command's exit after the last line.</param>
    /// <param name="cancellation">Ends the reading and the command.</param>
    /// <exception cref="CommandRefusedException">It was not started.</exception>
    /// <exception cref="BrowserStoppedException">The browser stopped before the command's end was told.</exception>
    public async IAsyncEnumerable<OutputLine> LinesAsync(
        Spawn spawn, Action<CommandExit>? ended = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(spawn);
        if (spawn.Subscription is not null)
            throw new ArgumentException("A command whose lines are read has no other subscription: Subscription must be null.", nameof(spawn));
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
