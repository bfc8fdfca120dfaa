using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>Windows: a command's output and input travel in frames of its runner. Connects them to the session's streams.</summary>
internal sealed class FramedCommand
{
    private readonly OutputFlow _output;

    private FramedCommand(OutputFlow output) => _output = output;

    /// <summary>Connects the streams; null where the parent makes pipes.</summary>
    /// <param name="id">The command's id.</param>
    /// <param name="spawn">The request.</param>
    /// <param name="output">Its output.</param>
    /// <param name="input">Its input.</param>
    /// <param name="runner">Sends credit and input.</param>
    internal static FramedCommand? Connect(ulong id, CommandProtocol.Spawn spawn, OutputFlow output, InputQueue input, RunnerQueue runner)
    {
        if (!OperatingSystem.IsWindows())
            return null;
        output.OpenFramed(credit => runner.Send(id, credit));
        if (spawn.Input == CommandInput.Pipe || spawn.Output == CommandOutput.Terminal)
            input.Connect(new FramedInput(piece => runner.Send(id, piece)));
        return new FramedCommand(output);
    }

    /// <summary>Translates a frame about a stream into the message that a pipe's reader or writer sends.</summary>
    /// <returns>Null if it is none, or comes out of turn, or is more than was granted.</returns>
    internal object? Translate(ChildFrames.UserFrame frame, CommandLife life) => frame switch
    {
        ChildFrames.CommandOutputPiece piece when life is { HasStarted: true, Closed: null } && _output.Accept(piece.Stream, piece.Data.Length) => new OutputPipe.Read(piece.Stream, piece.Data),
        ChildFrames.CommandInputProgress { Value: var progress } when life.HasStarted => new InputPipe.Taken(progress.Taken, progress.Ended),
        _ => null,
    };
}
