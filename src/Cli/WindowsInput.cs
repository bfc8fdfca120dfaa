using Akka.Actor;

namespace ActorBrowser.Cli;

/// <summary>What exec reads for its command.</summary>
internal interface IExecInput : IDisposable
{
    /// <summary>Starts reading.</summary>
    /// <param name="session">Gets the input.</param>
    void Start(IActorRef session);

    /// <summary>The command has taken this many bytes in total.</summary>
    void OnTaken(CommandProtocol.InputTaken taken);
}

/// <summary>
/// Reads this process's standard input on Windows, where a command cannot be given the handle itself, on its own thread, and no more of it than
/// the command takes. A terminal's input cannot be closed: at the end of the input it sends Ctrl-Z and Enter.
/// </summary>
/// <param name="isTerminal">Whether the command has a terminal.</param>
internal sealed class WindowsInput(bool isTerminal) : IExecInput
{
    private static readonly byte[] End = [0x1a, (byte)'\r'];

    private const long MostAhead = 256 << 10;

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _room = new(0);
    private long _sent;
    private long _taken;
    private bool _ended;

    /// <inheritdoc/>
    public void Start(IActorRef session) => new Thread(() => ReadAll(session)) { IsBackground = true, Name = "input" }.Start();

    /// <inheritdoc/>
    public void OnTaken(CommandProtocol.InputTaken taken)
    {
        lock (_lock)
        {
            _taken = taken.Taken;
            _ended |= taken.Ended;
        }
        _room.Release();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
            _ended = true;
        _room.Release();
    }

    private bool IsFull
    {
        get
        {
            lock (_lock)
                return !_ended && _sent - _taken >= MostAhead;
        }
    }

    private void ReadAll(IActorRef session)
    {
        using var input = Console.OpenStandardInput();
        var buffer = new byte[16 << 10];
        while (true)
        {
            while (IsFull)
                _room.Wait(Timeout.Infinite);
            if (Volatile.Read(ref _ended))
                return;
            var read = input.Read(buffer);
            if (read <= 0)
                break;
            session.Tell(new CommandProtocol.WriteInput(buffer.AsSpan(0, read).ToArray()), ActorRefs.NoSender);
            lock (_lock)
                _sent += read;
        }
        session.Tell(isTerminal ? new CommandProtocol.WriteInput(End) : CommandProtocol.CloseInput.Instance, ActorRefs.NoSender);
    }
}
