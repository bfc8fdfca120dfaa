using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>One of a command's outputs.</summary>
internal interface IOutputSource : IDisposable
{
    /// <summary>Which of the command's streams it is.</summary>
    OutputStream Stream { get; }

    /// <summary>Starts reading, because the command runs.</summary>
    void Start();

    /// <summary>Lets this many more bytes be read.</summary>
    void Grant(long bytes);

    /// <summary>Called once every process of the command is gone: what is left is read, ignoring credit.</summary>
    /// <param name="received">How many bytes the session has.</param>
    /// <returns>Whether the session has everything, so that nothing more is reported.</returns>
    bool ReadToTheEnd(long received);
}

/// <summary>A command's input.</summary>
internal interface IInputTarget : IDisposable
{
    /// <summary>Writes, or queues, input.</summary>
    void Write(ReadOnlyMemory<byte> data);

    /// <summary>Closes the input once the command has taken all of it.</summary>
    void CloseWhenTaken();
}

/// <summary>An output that its runner carries in frames, because there are no descriptors to pass (Windows).</summary>
/// <param name="stream">Which stream.</param>
/// <param name="credit">How many bytes to take before more is granted.</param>
/// <param name="isTerminal">Whether it is a terminal's screen.</param>
/// <param name="grant">Sends credit to the runner.</param>
internal sealed class FramedOutput(OutputStream stream, long credit, bool isTerminal, Action<OutputCredit> grant) : IOutputSource
{
    // What the runner sends without credit at the end: what its pipe holds, and a piece; and what a terminal still draws of its screen.
    private const long MostOfPipe = (64 << 10) + OutputPiece.MostBytes;
    private const long MostOfTerminal = 4 << 20;

    private long _expected;

    /// <inheritdoc/>
    public OutputStream Stream => stream;

    /// <inheritdoc/>
    public void Start() => Grant(credit);

    /// <inheritdoc/>
    public void Grant(long bytes)
    {
        _expected += bytes;
        grant(new OutputCredit(stream, bytes));
    }

    /// <inheritdoc/>
    public bool ReadToTheEnd(long received) => true;

    /// <summary>Counts a piece.</summary>
    /// <returns>False if the runner sent more than it may.</returns>
    internal bool Accept(int bytes) => (_expected -= bytes) >= -(isTerminal ? MostOfTerminal : MostOfPipe);

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}

/// <summary>An input that its runner carries in frames (Windows). The session queues what the command has not taken.</summary>
/// <param name="send">Sends a piece to the runner.</param>
internal sealed class FramedInput(Action<InputPiece> send) : IInputTarget
{
    private const int MostAtOnce = 32 << 10;

    private bool _ended;

    /// <inheritdoc/>
    public void Write(ReadOnlyMemory<byte> data)
    {
        for (; !_ended && !data.IsEmpty; data = data[Math.Min(MostAtOnce, data.Length)..])
            send(new InputPiece(data[..Math.Min(MostAtOnce, data.Length)], Ends: false));
    }

    /// <inheritdoc/>
    public void CloseWhenTaken()
    {
        if (_ended)
            return;
        _ended = true;
        send(new InputPiece(default, Ends: true));
    }

    /// <inheritdoc/>
    public void Dispose() => _ended = true;
}
