using System.Globalization;
using System.Net;
using System.Text;
using ActorBrowser.Cluster;
using Akka.Actor;
using Akka.Hosting;
using Microsoft.AspNetCore.Http;

namespace ActorBrowser.Samples.Nodes;

/// <summary>Answers the front's requests.</summary>
/// <param name="cluster">The cluster's actor on this node.</param>
/// <param name="nodes">The processes of the nodes.</param>
/// <param name="token">The pages' token.</param>
internal sealed class FrontDesk(IRequiredActor<ClusterBrowser> cluster, Nodes nodes, string token)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    // Fetches, tabs, commands, images and calls are asked of the cluster as of a local browser.
    private BrowserClient Browser => BrowserClient.For(cluster.ActorRef);

    /// <summary>The nodes, what they have free, and how many requests of this front wait.</summary>
    internal async Task ShowAsync(HttpContext context)
    {
        var known = await cluster.ActorRef.Ask<ClusterProtocol.Nodes>(new ClusterProtocol.GetNodes(), s_patience);
        var rows = new StringBuilder();
        foreach (var node in known.All)
        {
            var process = nodes.All.FirstOrDefault(one => one.Address == node.Address.ToString());
            var state = node.IsLeaving ? "leaves" : !node.IsReachable ? "unreachable" : node.IsLinked ? "linked" : "not linked";
            var page = process is null ? "" : $"<a href=\"{process.Page}#token={token}\">its processes</a> (pid {process.Pid})";
            rows.Append(CultureInfo.InvariantCulture, $"<tr><th scope=row>{WebUtility.HtmlEncode(node.Name)}<td>{state}<td>{string.Join("<td>", node.Free)}")
                .Append(CultureInfo.InvariantCulture, $"<td>{node.IdleProcessor:P0}<td>{node.FreeMemory >> 20} MiB<td>{page}\n");
        }
        await AnswerAsync(context, "text/html; charset=utf-8", $"""
            <!doctype html><html lang=en><meta charset=utf-8><meta http-equiv=refresh content=5><title>A browser of several nodes</title>
            <style>body{"{"}font:16px system-ui;margin:2em;color-scheme:light dark{"}"}td,th{"{"}padding:.2em .8em;text-align:left{"}"}</style>
            <h1>A browser of several nodes</h1>
            <table><tr><th>Node<th>Link<th>Fetches<th>Tabs<th>Commands<th>Images<th>Calls<th>Idle<th>Memory<th>Task manager
            {rows}</table>
            <p>What is free on each; {known.Waiting} requests of this front wait.
            {Form("fetch", "url", "Fetch a URL")}
            {Form("run", "line", "Run a command")}
            """);
    }

    /// <summary>Fetches the form's <c>url</c>.</summary>
    internal async Task FetchAsync(HttpContext context)
    {
        var result = await Browser.FetchAsync((await context.Request.ReadFormAsync(context.RequestAborted))["url"].ToString(), context.RequestAborted);
        await AnswerAsync(context, "text/plain; charset=utf-8", result.Match(
            static response => $"{response.Status} {response.Body.Length} bytes from {response.Headers.FinalUrl} by process {response.ChildProcessId}\n",
            static failure => $"failed ({failure.Kind}): {failure.Message}\n"));
    }

    /// <summary>Runs the form's <c>line</c> in a shell, confined as the node confines commands.</summary>
    internal async Task RunAsync(HttpContext context)
    {
        var line = (await context.Request.ReadFormAsync(context.RequestAborted))["line"].ToString();
        string said;
        try
        {
            var end = await Browser.Commands.RunAsync(CommandProtocol.Spawn.Shell(line), context.RequestAborted);
            said = $"exit {end.Exit?.ExitCode} ({end.Exit?.Cause})\n{end.Output}{end.Error}";
        }
        catch (CommandRefusedException refused)
        {
            said = $"refused: {refused.Message}\n";
        }
        await AnswerAsync(context, "text/plain; charset=utf-8", said);
    }

    private string Form(string path, string field, string label) =>
        $"<form method=post action=\"/{path}?token={token}\"><label>{label} <input name={field} size=60></label> <button>{label}</button></form>";

    private static Task AnswerAsync(HttpContext context, string type, string text)
    {
        context.Response.ContentType = type;
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
