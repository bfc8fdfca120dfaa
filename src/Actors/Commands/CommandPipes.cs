using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>
/// A command's pipes, made by the privileged process: its own ends never leave it, so no child can change how they read;
/// the others ride to the runner on the request. Those that the command writes to stay open here as well: that everything
/// was written is known from the runner, and a pipe that ended by itself would wake this process twice a command for nothing.
/// </summary>
internal sealed class CommandPipes
{
    private readonly List<SafeDescriptor> _ours = [];
    private readonly List<SafeDescriptor> _theirs = [];

    internal (SafeDescriptor Read, SafeDescriptor Write)? Output { get; private set; }

    internal (SafeDescriptor Read, SafeDescriptor Write)? Error { get; private set; }

    internal SafeDescriptor? Input { get; private set; }

    /// <summary>Opens what the command needs.</summary>
    /// <exception cref="SystemCallException">There are no descriptors left; nothing is open then.</exception>
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

    /// <summary>The runner's ends, in the order of the protocol; the taker owns them.</summary>
    internal SafeDescriptor[] TakeTheirs(SafeDescriptor? input) => input is null ? [.. _theirs] : [.. _theirs, input];

    private (SafeDescriptor Read, SafeDescriptor Write) Add((SafeDescriptor Read, SafeDescriptor Write) pipe)
    {
        _ours.AddRange([pipe.Read, pipe.Write]);
        _theirs.Add(pipe.Write.Share());
        return pipe;
    }
}
