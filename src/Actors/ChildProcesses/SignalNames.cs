using System.Globalization;

namespace ActorBrowser;

/// <summary>Signal numbers as text with their names.</summary>
internal static class SignalNames
{
    private static readonly Dictionary<int, string> Names = new()
    {
        [1] = "SIGHUP",
        [2] = "SIGINT",
        [3] = "SIGQUIT",
        [4] = "SIGILL",
        [5] = "SIGTRAP",
        [6] = "SIGABRT",
        [8] = "SIGFPE",
        [9] = "SIGKILL",
        [11] = "SIGSEGV",
        [13] = "SIGPIPE",
        [14] = "SIGALRM",
        [15] = "SIGTERM",
        [24] = "SIGXCPU",
        [25] = "SIGXFSZ",
        [31] = "SIGSYS",
    };

    internal static string Of(int signal) =>
        Names.TryGetValue(signal, out var name) ? $"{name} ({signal})" : signal.ToString(CultureInfo.InvariantCulture);
}
