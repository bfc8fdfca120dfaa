using ActorBrowser.Interop;
using ActorBrowser.Transport;
using SpawnRequest = ActorBrowser.Transport.SpawnRequest;

namespace ActorBrowser.ChildEntrypoints.Commands;

/// <summary>Both ends of what connects a command; whoever takes one owns it, the rest is closed.</summary>
internal sealed class CommandEnds
{
    private SafeDescriptor? _outputRead;
    private SafeDescriptor? _errorRead;
    private SafeDescriptor? _inputWrite;
    private SafeDescriptor? _terminal;

    internal SafeDescriptor? InputRead { get; private set; }

    internal SafeDescriptor? OutputWrite { get; private set; }

    internal SafeDescriptor? ErrorWrite { get; private set; }

    internal string? TerminalName { get; private set; }

    internal void Open(in SpawnRequest request, int room)
    {
        if (request.Output == CommandOutput.Terminal)
        {
            _terminal = PseudoTerminal.Open(request.Columns, request.Rows, out var name);
            TerminalName = name;
            return;
        }
        (_outputRead, OutputWrite) = UnixPipe.Create();
        OutputWrite = DescriptorFlags.RaiseAboveChildNumbers(OutputWrite);
        UnixPipe.AskForRoom(_outputRead, room);
        if (request.Output == CommandOutput.Piped)
        {
            (_errorRead, ErrorWrite) = UnixPipe.Create();
            ErrorWrite = DescriptorFlags.RaiseAboveChildNumbers(ErrorWrite);
        }
        if (request.Input == CommandInput.Pipe)
        {
            (InputRead, _inputWrite) = UnixPipe.CreateForWriting();
            InputRead = DescriptorFlags.RaiseAboveChildNumbers(InputRead);
        }
    }

    internal SafeDescriptor? TakeOutput() => Take(ref _outputRead);

    internal SafeDescriptor? TakeError() => Take(ref _errorRead);

    internal SafeDescriptor? TakeInput() => Take(ref _inputWrite);

    internal SafeDescriptor? TakeTerminal() => Take(ref _terminal);

    internal void DisposeChilds()
    {
        InputRead?.Dispose();
        OutputWrite?.Dispose();
        ErrorWrite?.Dispose();
    }

    internal void DisposeOurs()
    {
        _outputRead?.Dispose();
        _errorRead?.Dispose();
        _inputWrite?.Dispose();
        _terminal?.Dispose();
    }

    private static SafeDescriptor? Take(ref SafeDescriptor? end)
    {
        var taken = end;
        end = null;
        return taken;
    }
}
