import { z } from 'zod';
import { apiError } from './bodies.ts';
import { accessRules, paramNames, type Route } from './route.ts';
import { routeRows } from './routes.ts';

type Json = Readonly<Record<string, unknown>>;

const securitySchemes = {
  token: {
    type: 'http',
    scheme: 'bearer',
    description: 'The admin token of the data folder, or one of `sluice-hub token create`, whose role is to be enough.',
  },
  metricsToken: { type: 'http', scheme: 'bearer', description: 'The metrics token.' },
  password: {
    type: 'http',
    scheme: 'basic',
    description:
      '`admin` and a token with the role admin; or an agent: its registration and a credential that it signed.',
  },
  webhookSignature: {
    type: 'apiKey',
    in: 'header',
    name: 'x-hub-signature-256',
    description: 'HMAC-SHA256 of the body with the webhook secret, as GitHub and Gitea send it.',
  },
  webhookToken: {
    type: 'apiKey',
    in: 'header',
    name: 'x-gitlab-token',
    description: 'The webhook secret, as GitLab sends it.',
  },
} as const;

/** The table of routes as an OpenAPI 3.1 document; its schemas are those that requests and answers are read with. */
export function openApi(): Json {
  const components = new Map<string, Json>();
  const schemaOf = (schema: z.ZodType, io: 'input' | 'output') => jsonSchema(schema, io, components);
  const error = { description: 'An error.', content: json(schemaOf(apiError, 'output')) };
  const paths = new Map<string, Record<string, Json>>();
  for (const [name, route] of routeRows) {
    const path = route.path.replace(/:([^/]+)/g, '{$1}');
    const operation = {
      operationId: name,
      summary: route.description,
      description: `For ${accessRules[route.access].who}.`,
      security: accessRules[route.access].security.map((scheme) => ({ [scheme]: [] })),
      parameters: parametersOf(route),
      ...requestOf(route, schemaOf),
      responses: { ...responsesOf(route, schemaOf), default: error },
    };
    paths.set(path, { ...paths.get(path), [route.method.toLowerCase()]: operation });
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sluice hub',
      version: '1',
      description:
        'The HTTP interface of `sluice-hub`. Answers are only added to: ignore members that you do not know.',
    },
    paths: Object.fromEntries(paths),
    components: {
      schemas: Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes,
    },
  };
}

type SchemaOf = (schema: z.ZodType, io: 'input' | 'output') => Json;

function parametersOf({ path, query }: Route): Json[] {
  const parameter = (name: string, place: 'path' | 'query') => ({
    name,
    in: place,
    required: place === 'path',
    schema: { type: 'string' },
  });
  return [
    ...paramNames(path).map((name) => parameter(name, 'path')),
    ...Object.keys(query?.shape ?? {}).map((name) => parameter(name, 'query')),
  ];
}

function requestOf({ body, bodyType }: Route, schemaOf: SchemaOf): Json {
  if (body !== undefined) return { requestBody: { required: true, content: json(schemaOf(body, 'input')) } };
  return bodyType === undefined ? {} : { requestBody: { required: true, content: { [bodyType]: {} } } };
}

function responsesOf({ status, answer, answerType, alternatives = {} }: Route, schemaOf: SchemaOf): Json {
  const content = answer === undefined ? { [answerType ?? 'text/plain']: {} } : json(schemaOf(answer, 'output'));
  const rest = Object.entries(alternatives).map(([code, description]) => [code, { description }] as const);
  return { [status]: { description: 'Success.', content }, ...Object.fromEntries(rest) };
}

function json(schema: Json): Json {
  return { 'application/json': { schema } };
}

/** The JSON Schema of one of our schemas; those with an id go to the components, once. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output', components: Map<string, Json>): Json {
  const { $defs = {}, ...root } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema: made }) => {
      const { def } = zodSchema._zod;
      // Answers are only added to, so a client must not refuse what it does not know.
      if (io === 'output' && made.additionalProperties === false) delete made.additionalProperties;
      // A brand changes the type and not the text.
      if (def.type === 'pipe') Object.assign(made, withoutDialect(z.toJSONSchema(def.in)));
    },
  });
  for (const [id, definition] of Object.entries($defs)) components.set(id, withComponentRefs(definition));
  return withComponentRefs(withoutDialect(root));
}

function withoutDialect(schema: Json): Json {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema'));
}

/** References into `$defs` as references into the components of the document. */
function withComponentRefs(schema: Json): Json {
  const text = JSON.stringify(schema).replaceAll('"$ref":"#/$defs/', '"$ref":"#/components/schemas/');
  return JSON.parse(text) as Json;
}
