using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>
/// A command's pipes. The privileged process creates them: its own ends never leave it, so no child can change how they read; the
/// other ends go to the runner with the request. The privileged process also keeps the command's writing ends open: the runner
/// reports when all output was written, and a pipe that reported its end itself would wake this process twice per command.
/// </summary>
internal sealed class CommandPipes
{
    private readonly List<SafeDescriptor> _ours = [];
    private readonly List<SafeDescriptor> _theirs = [];
    private InputFeed? _feed;

    internal (SafeDescriptor Read, SafeDescriptor Write)? Output { get; private set; }

    internal (SafeDescriptor Read, SafeDescriptor Write)? Error { get; private set; }

    internal SafeDescriptor? Input { get; private set; }

    /// <summary>The same command, with the empty input of its world instead of the machine's /dev/null, whose mode it could change.</summary>
    internal static CommandProtocol.Spawn WithoutNull(CommandProtocol.Spawn spawn)
    {
        if (spawn.InputDescriptor is not { } input || !StandardInput.IsNull(input))
            return spawn;
        input.Dispose();
        return spawn with { Input = CommandInput.None, InputDescriptor = null };
    }

    /// <summary>Opens what the command needs.</summary>
    /// <exception cref="SystemCallException">No descriptors are left; nothing stays open then.</exception>
    internal static CommandPipes Open(CommandProtocol.Spawn spawn)
    {
        var pipes = new CommandPipes();
        // There are no descriptors to pass: the runner carries all in frames.
        if (OperatingSystem.IsWindows())
            return pipes;
        try
        {
            if (spawn.Output != CommandOutput.Terminal)
                pipes.Output = pipes.Add(UnixPipe.Create());
            if (spawn.Output == CommandOutput.Piped)
                pipes.Error = pipes.Add(UnixPipe.Create());
            if (spawn.Input == CommandInput.Pipe)
            {
                var (read, write) = UnixPipe.CreateForWriting();
                pipes.Input = write;
                pipes._ours.Add(write);
                pipes._theirs.Add(read);
            }
            if (spawn.InputDescriptor is { } input)
                pipes._theirs.Add(InputFeed.For(input, out pipes._feed));
            return pipes;
        }
        catch
        {
            SafeDescriptor.DisposeAll([.. pipes._ours, .. pipes._theirs]);
            throw;
        }
    }

    /// <summary>Begins to pass on the file at the command's input, if it has one.</summary>
    /// <param name="session">Is told if the file cannot be read to its end.</param>
    internal void StartFeed(IActorRef session) => _feed?.Start(problem => session.Tell(new CommandNotice(problem), ActorRefs.NoSender));

    /// <summary>The runner's ends, in protocol order; the caller owns them.</summary>
    internal SafeDescriptor[] TakeTheirs() => [.. _theirs];

    private (SafeDescriptor Read, SafeDescriptor Write) Add((SafeDescriptor Read, SafeDescriptor Write) pipe)
    {
        _ours.AddRange([pipe.Read, pipe.Write]);
        _theirs.Add(pipe.Write.Share());
        return pipe;
    }
}
