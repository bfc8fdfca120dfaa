using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints;

/// <summary>What a child on Windows finds enforced on itself, for its Hello. Its launcher has applied it before the child ran.</summary>
internal static class WindowsMeasures
{
    internal static IReadOnlyList<LayerReport> OfThisProcess()
    {
        var job = WindowsJob.HoldsThisProcess();
        var container = WindowsLayers.IsInContainer();
        var mitigations = WindowsLayers.HasMitigations(-1);
        var level = WindowsToken.IntegrityOf(-1);
        return
        [
            new LayerReport("job", job, job ? "IsProcessInJob" : "this process is in no job"),
            new LayerReport("app-container", container, container ? "its token is an AppContainer's" : "its token is the user's"),
            new LayerReport("restricted-token", level is <= WindowsToken.Low, level is { } known ? $"its integrity is 0x{known:x}" : "its integrity is unknown"),
            new LayerReport("mitigations", mitigations, mitigations ? "strict handle checks, no remote images" : "GetProcessMitigationPolicy names none"),
        ];
    }
}
