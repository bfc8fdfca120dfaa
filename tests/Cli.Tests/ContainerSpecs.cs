using System.Diagnostics;
using System.Text.Json;
using ActorBrowser.Sandbox;
using ActorBrowser.TestSupport;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace ActorBrowser.CliTests;

/// <summary>The program in a container of the default kind, which samples/Deployment/in-container plays with bubblewrap: the table of docs/deployment.md.</summary>
public sealed class ContainerSpecs
{
    [FactNeeds("bubblewrap", "python3")]
    public async Task It_lacks_namespaces_and_control_groups_alone_and_says_who_refused_them()
    {
        var (code, output, error) = await InContainerAsync("doctor", "--json");
        Assert.True(code == 0, output + error);
        using var report = JsonDocument.Parse(output);
        var missing = report.RootElement.GetProperty("layers").EnumerateArray().Where(static layer => !layer.GetProperty("available").GetBoolean()).ToArray();
        // An older kernel lacks some of Landlock's, in the container as outside.
        var lacking = Machine.Current.Offers().Where(static offer => !offer.Available || offer.Layer is SandboxLayer.Namespaces or SandboxLayer.World or SandboxLayer.ControlGroup);
        Assert.Equal(lacking.Select(static offer => LayerNames.Of(offer.Layer)), missing.Select(static layer => layer.GetProperty("layer").GetString()));
        var namespaces = missing.Single(static layer => layer.GetProperty("layer").GetString() == "namespaces");
        Assert.Contains("seccomp profile of the container", namespaces.GetProperty("fix").GetString(), StringComparison.Ordinal);
        Assert.All(report.RootElement.GetProperty("profiles").EnumerateArray(), static profile =>
        {
            Assert.True(profile.GetProperty("available").GetBoolean());
            Assert.All((string[])["namespaces", "control-group"], layer => Assert.Contains(profile.GetProperty("missing").EnumerateArray(), sentence => sentence.GetString()!.StartsWith(layer, StringComparison.Ordinal)));
        });
    }

    [FactNeeds("bubblewrap", "python3")]
    public async Task It_runs_commands_and_fetches()
    {
        Assert.Equal((0, "", ""), await InContainerAsync("exec", "--", "true"));
        await using var site = await Site.StartAsync(static context => context.Response.WriteAsync("found"));
        var (code, output, error) = await InContainerAsync("fetch", site.Root);
        Assert.True(code == 0, error);
        Assert.Equal("found", output);
    }

    [FactNeeds("bubblewrap", "python3")]
    public async Task A_renderer_is_attacked_there_and_holds()
    {
        var (code, output, error) = await InContainerAsync("doctor", "--probe", "renderer", "--json");
        Assert.True(code == 0, output + error);
        using var report = JsonDocument.Parse(output);
        Assert.Equal((0, 0), (report.RootElement[0].GetProperty("failed").GetInt32(), report.RootElement[0].GetProperty("missing").GetInt32()));
    }

    private static async Task<(int Code, string Output, string Error)> InContainerAsync(params string[] arguments)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ActorBrowser.sln")))
            folder = Path.GetDirectoryName(folder)!;
        var script = Path.Combine(folder, "samples", "Deployment", "in-container");
        using var process = Process.Start(new ProcessStartInfo(script, [TestChildProgram.Command, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        return await process.OutcomeAsync(Deadline.Long * 2);
    }
}
