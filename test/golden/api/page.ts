import { accessRules, type Route } from '../../../hub/api/route.ts';
import { routeRows } from '../../../hub/api/routes.ts';

/** The page docs/api.md, from the table of routes. */
export function apiPage(): string {
  const line = ({ method, path, access, description }: Route) =>
    `| \`${method} ${path.replace(/:([^/]+)/g, (_, name: string) => name.toUpperCase())}\` | ${description} | ${accessRules[access].who} |`;
  return [
    "# The hub's HTTP interface",
    '',
    'One row a call, made from `hub/api/routes.ts`. A running hub serves the whole description, with the schemas of requests and answers,',
    'as an OpenAPI 3.1 document at `/v1/openapi.json`; [openapi.json](openapi.json) is that document.',
    '',
    '| request | what it does | for |',
    '| --- | --- | --- |',
    ...routeRows.map(([, route]) => line(route)),
    '',
    '- A person sends `Authorization: Bearer TOKEN`: the admin token (`admin-token` in the data folder, which has the role admin), or one of',
    '  `sluice-hub token create`; for Git the user `admin` with it as its password. An agent sends its registration and a credential that it signed ([channel.md](design/channel.md)).',
    '- An error is JSON with `code` and `message`, and where there is one `path`, `line`, `column`, `subject` and `hint`;',
    '  [errors.md](errors.md) explains the codes.',
    '- Paths and members are only added to. Clients ignore members that they do not know; bodies of requests are read strictly.',
    '',
  ].join('\n');
}
