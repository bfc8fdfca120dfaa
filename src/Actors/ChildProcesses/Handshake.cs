using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>What a child must say of itself before it is trusted with its configuration.</summary>
internal static class Handshake
{
    /// <summary>Null, or what is wrong with it.</summary>
    internal static string? Refusal(in Hello hello, string role, int processId) =>
        hello.ProtocolVersion != WireProtocol.Version ? $"it speaks protocol version {hello.ProtocolVersion}, not {WireProtocol.Version}"
        : hello.BuildId != WireProtocol.BuildId ? $"it is of build {hello.BuildId}, not {WireProtocol.BuildId}"
        : hello.Role != role ? $"it says to be '{hello.Role}'"
        : hello.ProcessId != processId ? $"it says to be process {hello.ProcessId}, not {processId}"
        : null;

    /// <summary>Whether the next child of this program would say the same: the program is another one than this.</summary>
    internal static bool IsOfAnotherProgram(in Hello hello, string role) =>
        hello.ProtocolVersion != WireProtocol.Version || hello.BuildId != WireProtocol.BuildId || hello.Role != role;
}
