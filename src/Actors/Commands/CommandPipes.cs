using ActorBrowser.Interop;
using ActorBrowser.Transport;

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

    internal (SafeDescriptor Read, SafeDescriptor Write)? Output { get; private set; }

    internal (SafeDescriptor Read, SafeDescriptor Write)? Error { get; private set; }

    internal SafeDescriptor? Input { get; private set; }

    /// <summary>Opens what the command needs.</summary>
    /// <exception cref="SystemCallException">No descriptors are left; nothing stays open then.</exception>
    internal static CommandPipes Open(CommandProtocol.Spawn spawn)
    {
        var pipes = new CommandPipes();
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
            return pipes;
        }
        catch
        {
            SafeDescriptor.DisposeAll([.. pipes._ours, .. pipes._theirs]);
            throw;
        }
    }

    /// <summary>The runner's ends, in protocol order; the caller owns them.</summary>
    internal SafeDescriptor[] TakeTheirs(SafeDescriptor? input) => input is null ? [.. _theirs] : [.. _theirs, input];

    private (SafeDescriptor Read, SafeDescriptor Write) Add((SafeDescriptor Read, SafeDescriptor Write) pipe)
    {
        _ours.AddRange([pipe.Read, pipe.Write]);
        _theirs.Add(pipe.Write.Share());
        return pipe;
    }
}
