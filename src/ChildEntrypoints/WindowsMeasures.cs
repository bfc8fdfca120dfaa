using System.Globalization;
using System.Runtime.CompilerServices;
using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints;

/// <summary>
/// What a child on Windows finds enforced on itself, for its Hello. Its launcher has applied it, and looked for it, before the child ran.
/// The child does not know its profile: which limits its job was to have, and whether it may start processes, only its launcher checks.
/// </summary>
internal static class WindowsMeasures
{
    internal static IReadOnlyList<LayerReport> OfThisProcess()
    {
        var limits = WindowsJob.LimitsOfThisProcess();
        var token = WindowsToken.Excess(-1);
        return
        [
            Layer("job", WindowsJob.HoldsThisProcess(), "IsProcessInJob", "this process is in no job"),
            Layer("job-limits", limits is { } has && has != default, limits is { } some ? Text(some) : "", "its job has no limits, as far as the system tells"),
            Layer("user-interface", WindowsJob.KeepsThisProcessFromUserInterface(), "its job has every restriction", "its job does not restrict it"),
            Layer("app-container", WindowsToken.IsInContainer(-1), "its token is an AppContainer's", "its token is the user's"),
            Layer("restricted-token", token is null, "low integrity, no privileges, no administrator", token ?? ""),
            Mitigations("mitigations", WindowsMitigations.Of(!RuntimeFeature.IsDynamicCodeSupported)),
            Mitigations("win32k-lockdown", WindowsMitigations.NoWin32k),
        ];
    }

    private static LayerReport Mitigations(string layer, ulong asked) =>
        WindowsMitigations.MissingFrom(-1, asked, isAlone: false) is var missing && missing is null ? new LayerReport(layer, true, "GetProcessMitigationPolicy names each") : new LayerReport(layer, false, missing);

    private static LayerReport Layer(string layer, bool enforced, string how, string why) => new(layer, enforced, enforced ? how : why);

    private static string Text(WindowsJobLimits limits) => string.Create(CultureInfo.InvariantCulture,
        $"its job's limits (0 for none): {limits.ProcessMemory} bytes a process, {limits.JobMemory} bytes in all, {limits.Processes} processes, {limits.ProcessTime} s");
}
